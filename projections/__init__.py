"""What is shown: read models built from the log, each rebuildable at any time."""
