"""Writes: declarations, applications and namings, objections, what the night computes."""
