"""Importing confirmed rosters; what waits to be looked at, and what has lain too long."""

from datetime import datetime

from anlan.identity import queries, services
from anlan.identity.services.checks import remind_overdue as remind_overdue
from anlan.identity.services.faces import forget_faces as forget_faces
from anlan.identity.services.looking import answer_next_face as answer_next_face
from anlan.identity.services.looking import answer_next_try as answer_next_try


def import_rosters(at: datetime) -> int:
    """Import the oldest waiting roster, also one whose worker was killed half-way."""
    roster = queries.rosters_to_import().first()
    if roster is None:
        return 0
    services.import_roster(roster, at=at)
    return 1
