"""Ledger lines of a class that bulk writers share with the services."""

from datetime import datetime

from anlan.classes.models import Enrolment, EnrolmentSource, TrainingClass
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import Line


def enrolled_line(klass: TrainingClass, one: Enrolment, by: User | None, at: datetime) -> Line:
    return Line(
        klass.subject,
        "enrolled",
        by,
        at,
        {
            "source": EnrolmentSource(one.source).label,
            "organization": one.organization.uscc,
            "enrolment": str(one.uid),
        },
        str(one.person.uid),
        one.person.committed,
    )
