"""From a bank file's cells to questions. Pure functions: rows in, drafts and sentences out."""
