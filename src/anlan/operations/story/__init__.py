"""One class's story told through the services: the walk tells it once, the demonstration often."""
