"""Measurements. Each module has `measure() -> dict`; the keys carry their units."""
