"""What `anlan work` looks for, and how often."""

from datetime import timedelta

from anlan.archives.jobs import (
    forget_old_tries,
    reseal_ordered_classes,
    seal_closed_classes,
)
from anlan.foundation.jobs.services import Job
from anlan.foundation.notices.jobs import send_text_messages
from anlan.identity.jobs import import_rosters

SCHEDULE = [
    Job(send_text_messages, every=timedelta(seconds=2)),
    Job(seal_closed_classes, every=timedelta(seconds=5)),
    Job(reseal_ordered_classes, every=timedelta(seconds=5)),
    Job(forget_old_tries, every=timedelta(hours=1)),
    Job(import_rosters, every=timedelta(seconds=1)),
]
