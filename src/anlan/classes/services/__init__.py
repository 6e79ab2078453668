"""The verbs of a class, by what a clerk would say. Each is one transaction and one ledger line."""
