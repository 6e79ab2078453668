"""Reads of hazards (`hazards`), of the figures over them (`figures`) and of tips (`tips`)."""
