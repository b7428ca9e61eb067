"""What a text says: pure reading, no I/O."""
