"""What the class page shows of this room (`settings.ANLAN_CLASS_LINKS`), to officials only."""

from django.urls import reverse

from anlan.classes.links import Link
from anlan.classes.models import TrainingClass
from anlan.foundation.accounts.models import User
from anlan.supervision.policies import may_see_class
from anlan.supervision.queries import open_tickets_of


def class_links(user: User, klass: TrainingClass) -> list[Link]:
    """The watch that is kept on a class, with how many doubts wait."""
    if not may_see_class(user, klass):
        return []
    waiting = open_tickets_of(klass)
    label = f"监管记录（{waiting} 件疑点待核实）" if waiting else "监管记录"
    return [Link(label, reverse("supervision:class", args=[klass.uid]))]
