"""What `anlan work` looks for, and how often."""

from datetime import timedelta

from anlan.foundation.jobs.services import Job
from anlan.foundation.notices.jobs import send_text_messages

SCHEDULE = [
    Job(send_text_messages, every=timedelta(seconds=2)),
]
