"""Writes of this room."""

from anlan.courses.services.syllabi import SHIPPED, load_syllabi

__all__ = ["SHIPPED", "load_syllabi"]
