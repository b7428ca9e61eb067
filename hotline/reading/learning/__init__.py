"""How the reader learns: the texts it learns from, and the one command that makes its weights. Not needed to read."""
