"""The hot paths of exams."""
