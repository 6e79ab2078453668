"""Importing confirmed rosters."""

from datetime import datetime

from anlan.identity import queries, services


def import_rosters(at: datetime) -> int:
    """Import the oldest waiting roster, also one whose worker was killed half-way."""
    roster = queries.rosters_to_import().first()
    if roster is None:
        return 0
    services.import_roster(roster, at=at)
    return 1
