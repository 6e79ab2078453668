"""Statistics of the trade: numbers in, numbers out. No Django, no database, no clock."""
