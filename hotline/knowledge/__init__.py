"""What experts said, written down so that it is found while the next caller is on the line."""
