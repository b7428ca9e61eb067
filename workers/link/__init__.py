"""The link to other platforms: what our log says to them is carried over, what they say is proved and taken (docs/handoff.md)."""
