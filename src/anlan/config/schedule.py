"""What `anlan work` looks for, and how often."""

from datetime import timedelta

from anlan.archives.jobs import (
    forget_old_tries,
    reseal_ordered_classes,
    seal_closed_classes,
)
from anlan.assessments.services import lapse_missed, submit_overdue
from anlan.attendance.services import forget_addresses
from anlan.bookings.jobs import promote_waiters
from anlan.classes.jobs import start_due_classes
from anlan.foundation.jobs.services import Job
from anlan.foundation.ledger.sequencer import sequence
from anlan.foundation.notices.jobs import send_text_messages
from anlan.identity.jobs import import_rosters
from anlan.supervision.jobs import (
    draw_announced,
    draw_call_backs,
    look_for_doubts,
    print_photos,
)

SCHEDULE = [
    Job(sequence),
    Job(import_rosters, every=timedelta(seconds=1)),
    Job(submit_overdue, every=timedelta(seconds=5)),
    Job(lapse_missed, every=timedelta(minutes=1)),
    Job(start_due_classes, every=timedelta(seconds=30)),
    Job(promote_waiters, every=timedelta(seconds=10)),
    Job(send_text_messages, every=timedelta(seconds=2)),
    Job(seal_closed_classes, every=timedelta(seconds=5)),
    Job(reseal_ordered_classes, every=timedelta(seconds=5)),
    Job(forget_old_tries, every=timedelta(hours=1)),
    Job(forget_addresses, every=timedelta(hours=1)),
    Job(print_photos, every=timedelta(seconds=30)),
    Job(look_for_doubts, every=timedelta(minutes=5)),
    Job(draw_announced, every=timedelta(seconds=2)),
    Job(draw_call_backs, every=timedelta(minutes=1)),
]
