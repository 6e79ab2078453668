"""Text in, clean values out: the application, the timetable, decisions, changes, filters."""
