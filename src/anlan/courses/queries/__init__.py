"""Reads of this room."""

from anlan.courses.queries.syllabi import Outline, modules_of, outlines, risk_names, syllabi

__all__ = ["Outline", "modules_of", "outlines", "risk_names", "syllabi"]
