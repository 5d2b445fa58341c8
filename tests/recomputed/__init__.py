"""What recompute.py consists of."""
