"""Methods: numbers and texts in, numbers out. No Django, no database; each cites its source."""
