"""Letterboxes: the doors, the second step, one's own security, colleagues' accounts, the matrix."""
