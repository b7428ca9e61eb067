"""Custody of a matter between platforms: handed over like a parcel, with one holder at every moment."""
