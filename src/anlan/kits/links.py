"""What this room shows on a class's page (classes/links.py asks by a dotted path)."""

from django.urls import reverse

from anlan.classes.links import Link
from anlan.classes.models import Status, TrainingClass
from anlan.foundation.accounts.models import User
from anlan.kits import policies

WITH_KITS = (Status.APPROVED, Status.RUNNING, Status.CLOSED)


def for_class(user: User, klass: TrainingClass) -> list[Link]:
    """For who takes the class along and for who watches it."""
    if klass.status not in WITH_KITS or not policies.may_look(user, klass):
        return []
    return [Link("离线包", reverse("kits:klass", args=[klass.uid]))]
