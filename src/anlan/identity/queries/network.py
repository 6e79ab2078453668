"""Reads of what the national identity network said: who is asked next, what people look at."""

from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from anlan.foundation.access.limits import counted
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry
from anlan.foundation.rules.models import Rule
from anlan.identity.models import NetworkAnswer, NetworkCheck, Person
from anlan.identity.queries.people import people_visible_to
from anlan.lib.dates import day_bounds, local_date

RULE = "identity.network_check"
QUESTION = "network"  # how the questions of a day are counted
ASKED = "network_asked"
TO_REVIEW = (NetworkAnswer.DIFFER, NetworkAnswer.UNKNOWN, NetworkAnswer.UNAVAILABLE)


def asked_since(on: date) -> date | None:
    """Since when new people are asked about, by the dated rule in force that day; None: not now."""
    in_force = Rule.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on), key=RULE, scope="", valid_from__lte=on
    )
    newest = in_force.order_by("-valid_from").first()
    return newest.valid_from if newest is not None and newest.value else None


def people_to_ask_about(since: date) -> QuerySet[Person]:
    """Registered since then, and not yet noted; the earliest first."""
    first, _ = day_bounds(since)
    rows = Person.objects.filter(created_at__gte=first, erased_at=None, network_check=None)
    return rows.order_by("id")


def checks_due(at: datetime) -> QuerySet[NetworkCheck]:
    rows = NetworkCheck.objects.filter(due_at__lte=at).select_related("person")
    return rows.order_by("due_at", "id")


def asked_today(at: datetime) -> int:
    """Questions since midnight, those without an answer too."""
    first, _ = day_bounds(local_date(at))
    return counted(QUESTION, "all", since=first)


def network_checks_visible_to(user: User) -> QuerySet[NetworkCheck]:
    """Of the people whom the user may see, without the user."""
    rows = NetworkCheck.objects.filter(person__in=people_visible_to(user).values("pk"))
    return rows.exclude(person__user=user).select_related("person", "decided_by")


def network_reviews(user: User) -> QuerySet[NetworkCheck]:
    """Not agreed, and nobody has looked yet; the oldest first."""
    rows = network_checks_visible_to(user).filter(
        answer__in=TO_REVIEW, decided_at=None, due_at=None
    )
    return rows.order_by("asked_at", "id")


def network_check_for(user: User, uid: UUID | str) -> NetworkCheck:
    return network_checks_visible_to(user).get(uid=uid)


def network_check_of(person: Person) -> NetworkCheck | None:
    return NetworkCheck.objects.filter(person=person).select_related("decided_by").first()


def questions_about(person: Person) -> QuerySet[Entry]:
    """Ledger lines of every question that was put about the person."""
    return Entry.objects.filter(subject=person.subject, verb=ASKED).order_by("id")
