"""Reads for the review queue: whose turn it is, how much is left, what was done last."""

from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet

from anlan.foundation.accounts.models import Role, User
from anlan.foundation.accounts.queries import reach
from anlan.injuries.models import CodeReview, CodeSuggestion, SuggestionStatus, Target
from anlan.lib.dates import day_bounds, local_date

MOST_COUNTED = 999


def open_questions(user: User) -> QuerySet[CodeSuggestion]:
    """Questions that the user may answer: the city all, a district its own; nobody else any.

    A question whose case has got another code meanwhile is no longer one.
    """
    stands = Q()
    for target in Target.values:
        stands |= Q(**{"target": target, f"case__{target}": F("former")})
    return _in_reach(user).filter(stands, status=SuggestionStatus.WAITING)


def next_question(user: User, at: datetime) -> CodeSuggestion | None:
    """The first that nobody else is reading; the questions of one case follow each other."""
    free = Q(held_by=None) | Q(held_by=user) | Q(held_until__lt=at)
    rows = open_questions(user).filter(free).select_related("case", "case__report", "version")
    return rows.order_by("skips", "case_id", "place").first()


def question_for(user: User, uid: UUID | str) -> CodeSuggestion:
    """The open question if it is the user's to answer; `DoesNotExist` otherwise."""
    rows = open_questions(user).select_related("case", "case__report", "version")
    return rows.get(uid=uid)


def suggestion_in_reach(user: User, uid: UUID | str) -> CodeSuggestion:
    """A question in whatever state, of a case whose narrative the user may read as an official."""
    return _in_reach(user).select_related("case", "case__report", "version").get(uid=uid)


def _in_reach(user: User) -> QuerySet[CodeSuggestion]:
    city = Q(case__source=None) | Q(case__source__foreign=False)
    rows = CodeSuggestion.objects.filter(city, case__withdrawn_at=None)
    seen = reach(user)
    if seen.has(Role.CITY_OFFICIAL):
        return rows
    return rows.filter(case__district__in=seen.districts)


def waiting_count(user: User) -> int:
    """Open questions, counted up to `MOST_COUNTED`."""
    return open_questions(user).order_by()[:MOST_COUNTED].count()


def done_today(user: User, at: datetime) -> int:
    first, _ = day_bounds(local_date(at))
    return CodeReview.objects.filter(by=user, undone_at=None, at__gte=first).count()


def last_review(user: User, at: datetime) -> CodeReview | None:
    """The user's latest standing choice of today, which one key takes back."""
    first, _ = day_bounds(local_date(at))
    rows = CodeReview.objects.filter(by=user, undone_at=None, at__gte=first)
    return rows.select_related("suggestion", "suggestion__case").order_by("-id").first()
