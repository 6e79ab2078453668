"""What the worker finds to do for classes."""

from datetime import datetime

from anlan.classes.models import Status, TrainingClass
from anlan.classes.services.signing import start_class


def start_due_classes(at: datetime) -> int:
    """Begin approved classes whose first register has opened, signed in or not."""
    due = TrainingClass.objects.filter(
        status=Status.APPROVED, sessions__register__opens_at__lte=at
    ).distinct()[:50]
    for klass in due:
        start_class(klass, by=None, at=at)
    return len(due)
