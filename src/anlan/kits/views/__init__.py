"""Pages for a desk, and what a tablet asks."""
