"""Writes of supervision, by sub-topic."""
