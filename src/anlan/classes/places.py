"""One learner at one half-day, and the class behind a request for leave."""

from dataclasses import dataclass

from anlan.attendance.models import Leave, Register
from anlan.classes.models import Enrolment, Session, TrainingClass


@dataclass(frozen=True)
class Place:
    """One learner at one half-day of the own class."""

    enrolment: Enrolment
    session: Session
    register: Register


def class_of(leave: Leave) -> TrainingClass:
    """The class whose half-day the leave is for."""
    return TrainingClass.objects.select_related("provider").get(
        sessions__register=leave.register_id
    )
