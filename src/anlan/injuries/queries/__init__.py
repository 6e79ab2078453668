"""Reads of cases, their records, and of files on their way in."""
