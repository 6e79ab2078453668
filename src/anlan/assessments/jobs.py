"""Background work of this room: large bank files, and what use shows about items."""

from datetime import datetime

from anlan.assessments import queries, services


def work_on_bank_files(at: datetime) -> int:
    """Read or import the oldest file that waits, also one whose worker was killed half-way."""
    upload = queries.uploads_waiting().first()
    if upload is None:
        return 0
    services.work_on(upload, at=at)
    return 1


def analyse_items(at: datetime) -> int:
    """Look at how items did, when papers were handed in since it was last looked at."""
    if not queries.analysis_is_due(at):
        return 0
    return services.analyse_items(at=at)
