"""Letterboxes: load what is permitted, one call, answer."""
