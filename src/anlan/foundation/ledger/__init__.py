"""Evidence: `services.record` writes a line in the same transaction as the fact."""
