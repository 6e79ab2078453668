"""Pictures in, findings out: faces counted, faces made unrecognisable. No Django, no database.

Importing this loads OpenCV, so only `anlan record` does: it is a process of its own.
"""
