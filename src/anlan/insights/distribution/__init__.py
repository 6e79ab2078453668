"""Where the city's injuries are: counts and rates over a columnar copy of the cases (ADR 0013)."""
