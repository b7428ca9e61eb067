"""What `make bench` measures: the figures we promise, beside yardsticks taken in the same minutes."""
