"""What runs: the processes around the hotline, and the web in front of it."""
