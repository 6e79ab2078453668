"""What a phone sends while a paper is sat, under `/in/exams/…`: many at once, one transaction."""
