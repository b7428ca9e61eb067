"""Expert seats: who sits there, what they know, when they are on shift, and what they are doing now."""
