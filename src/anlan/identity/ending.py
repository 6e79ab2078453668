"""What ends by its clock: which rows of this room and the floors below are old, and their end.

Each `forget_…` and `end_…` takes a bounded part and says how many; `keep_clocks` goes on hourly.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from anlan.foundation.access.models import OneTimeCode
from anlan.foundation.notices.models import Notice, TextMessage
from anlan.identity.kept import ruling
from anlan.identity.models import LoginCode, Reveal, RosterUpload, UploadStatus, Wish
from anlan.identity.queries import rights
from anlan.identity.queries.wishes import scans_to_forget
from anlan.identity.services import forget_files
from anlan.identity.services import rights as acts

MOST_A_ROUND = 500


def _before(rule: str, at: datetime) -> datetime:
    return at - timedelta(days=int(ruling(rule, at).value))


def old_texts(at: datetime) -> QuerySet[TextMessage]:
    return TextMessage.objects.filter(at__lt=_before("notices.text_keep_days", at))


def old_notices(at: datetime) -> QuerySet[Notice]:
    return Notice.objects.filter(at__lt=_before("notices.keep_days", at))


def old_codes(at: datetime) -> QuerySet[LoginCode]:
    return LoginCode.objects.filter(at__lt=_before("accounts.code_keep_days", at))


def old_handed(at: datetime) -> QuerySet[OneTimeCode]:
    return OneTimeCode.objects.filter(until__lt=_before("accounts.code_keep_days", at))


def old_reveals(at: datetime) -> QuerySet[Reveal]:
    return Reveal.objects.filter(at__lt=_before("rights.look_keep_days", at))


def old_rosters(at: datetime) -> QuerySet[RosterUpload]:
    last = _before("identity.roster_keep_days", at)
    rows = RosterUpload.objects.filter(file__removed_at=None).select_related("file")
    return rows.filter(Q(finished_at__lt=last) | Q(status=UploadStatus.UPLOADED, at__lt=last))


def forget_texts(at: datetime) -> int:
    return _drop(old_texts(at))


def forget_notices(at: datetime) -> int:
    return _drop(old_notices(at))


def forget_codes(at: datetime) -> int:
    return _drop(old_codes(at)) + _drop(old_handed(at))


def forget_reveals(at: datetime) -> int:
    return _drop(old_reveals(at))


def forget_rosters(at: datetime) -> int:
    found = list(old_rosters(at)[:MOST_A_ROUND])
    return forget_files(found, at=at)


def end_exports(at: datetime) -> int:
    found = list(rights.exports_to_end(at)[:MOST_A_ROUND])
    for one in found:
        acts.end_export(one, at=at)
    return len(found)


def old_papers(at: datetime) -> QuerySet[Wish]:
    return scans_to_forget(_before("rights.paper_keep_days", at))


def forget_papers(at: datetime) -> int:
    return acts.forget_scans(list(old_papers(at)[:MOST_A_ROUND]), at=at)


def end_restrictions(at: datetime) -> int:
    found = list(rights.ended_restrictions(at)[:MOST_A_ROUND])
    return sum(acts.end_restriction(one, at=at) for one in found)


def _drop(rows: QuerySet[Any]) -> int:
    """A bounded part of them, the oldest first."""
    oldest = list(rows.order_by("pk").values_list("pk", flat=True)[:MOST_A_ROUND])
    return rows.model._default_manager.filter(pk__in=oldest).delete()[0] if oldest else 0
