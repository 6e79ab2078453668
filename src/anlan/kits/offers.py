"""What somebody may take along of a class: by role, and by what is still to be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from anlan.classes import queries as classes
from anlan.classes.models import Session, TrainingClass
from anlan.classes.policies import may_run
from anlan.foundation.accounts.models import User
from anlan.kits.policies import may_examine
from anlan.kits.queries import open_practicals, open_sittings


@dataclass(frozen=True)
class Offer:
    """What may be taken along. Sittings by title and practicals by checklist, with how many."""

    sessions: Sequence[Session]
    sittings: Sequence[tuple[str, int]]
    practicals: Sequence[tuple[str, str, int]]

    @property
    def empty(self) -> bool:
        return not (self.sessions or self.sittings or self.practicals)


def offer_for(user: User, klass: TrainingClass, *, at: datetime) -> Offer:
    """What this user may take along of a class now."""
    runs, examines = may_run(user, klass), may_examine(user, klass)
    sessions = classes.sessions_of(klass).filter(register__closes_at__gt=at)
    titles = open_sittings(klass, at=at).values_list("title").annotate(n=Count("pk"))
    checks = open_practicals(klass).values_list("checklist__key", "checklist__title")
    return Offer(
        list(sessions) if runs else [],
        list(titles.order_by("title")),
        list(checks.annotate(n=Count("pk")).order_by("checklist__key")) if examines else [],
    )
