"""Writing courses: what ships, lessons, their pages, films and questions."""

from anlan.courses.services.syllabi import SHIPPED, load_syllabi

__all__ = ["SHIPPED", "load_syllabi"]
