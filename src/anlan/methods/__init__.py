"""Numbers and texts in, numbers out. No Django, no database, no clock; each cites its source."""
