"""证明: bytes in, verdict out. No Django, no database: an auditor runs this room alone."""
