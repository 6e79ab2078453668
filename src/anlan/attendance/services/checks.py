"""核对: a person looks at what is odd about a mark and lets it stand, or strikes it."""

from datetime import datetime

from django.db import transaction

from anlan.attendance.models import Mark, MarkFacts, MarkKind, Register, StruckMark
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record
from anlan.lib.refusals import BadInput, NotAllowed

FACTS = [field.name for field in MarkFacts._meta.get_fields()]


@transaction.atomic
def confirm_mark(mark: Mark, *, reason: str, signals: list[str], by: User, at: datetime) -> None:
    """What was odd (`signals`, by kind) has been asked about, and the mark stands."""
    open_ones = Mark.objects.filter(pk=mark.pk, checked_at=None)
    if not open_ones.update(checked_at=at, checked_by=by, checked_reason=reason.strip()):
        raise NotAllowed("这条签到已经核对过，或已被划除。", "请刷新页面查看最新状态。")
    record(
        mark.register.subject,
        "mark_confirmed",
        by=by,
        at=at,
        about=mark.person.uid,
        personal={"reason": reason.strip()} if reason.strip() else None,
        kind=str(MarkKind(mark.kind).label),
        signals=signals,
    )


@transaction.atomic
def strike_mark(mark: Mark, *, reason: str, signals: list[str], by: User, at: datetime) -> None:
    """The mark stays to be seen but counts no more; striking a sign-in takes its sign-out along."""
    if not reason.strip():
        raise BadInput("划除签到须写明原因。", "请写明，例如：本人不在现场，由他人代扫。")
    marks = Mark.objects.select_for_update().filter(register=mark.register, person=mark.person)
    if mark.kind == MarkKind.OUT:
        marks = marks.filter(kind=MarkKind.OUT)
    found = list(marks.select_related("register", "person").order_by("pk"))
    if mark.pk not in {one.pk for one in found}:
        raise NotAllowed("这条签到已被划除。", "请刷新页面查看最新状态。")
    StruckMark.objects.bulk_create(_struck(one, reason.strip(), by, at) for one in found)
    Mark.objects.filter(pk__in=[one.pk for one in found]).delete()
    for one in found:
        record(
            one.register.subject,
            "mark_struck",
            by=by,
            at=at,
            about=one.person.uid,
            personal={"reason": reason.strip()},
            kind=str(MarkKind(one.kind).label),
            signals=signals,
        )


def _struck(mark: Mark, reason: str, by: User, at: datetime) -> StruckMark:
    facts = {name: getattr(mark, name) for name in FACTS}
    return StruckMark(
        register=mark.register,
        person=mark.person,
        struck_at=at,
        struck_by=by,
        struck_reason=reason,
        **facts,
    )


def mark_in(register: Register, pk: int) -> Mark:
    """A mark of this register; raises when it was struck meanwhile."""
    found = Mark.objects.filter(register=register, pk=pk).select_related("register", "person")
    mark = found.first()
    if mark is None:
        raise NotAllowed("这条签到已被划除。", "请刷新页面查看最新状态。")
    return mark
