"""Writes: reporting and opening again, rectifying and re-checking, the clock, tips and rewards."""
