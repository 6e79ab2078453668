"""The same sitting on a tablet of the class: identity checked in person, nothing else opened."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.core import signing
from django.db import transaction

from anlan.assessments.lines import sitting_line
from anlan.assessments.models import (
    EventKind,
    IdentityProof,
    Sitting,
    SittingStatus,
    TabletSitting,
)
from anlan.assessments.queries.assisted import key_hash, may_go_on_tablet
from anlan.assessments.services.answers import save_answers
from anlan.assessments.services.events import note_event
from anlan.assessments.services.starting import start_sitting
from anlan.assessments.services.submission import submit_sitting
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record_many
from anlan.lib.dates import moment_text
from anlan.lib.refusals import BadInput, NotAllowed, Refused

LINK_LIVES = timedelta(minutes=10)
_SALT = "anlan.assessments.tablet"


class LinkSpent(Refused):
    """The link was used, is too old, or never was one."""

    status = 410

    def __init__(self) -> None:
        super().__init__("这个链接已经用过或过期。", "请考官在班级页面重新打开「代考平板」。")


@transaction.atomic
def open_tablet(
    sitting: Sitting,
    *,
    checked: IdentityProof,
    remark: str = "",
    read_aloud: bool = False,
    by: User,
    at: datetime,
) -> tuple[TabletSitting, str]:
    """Say who was checked and how, and get the one-time link's token for the tablet.

    Another tablet of the same sitting (its battery died) opens nothing any more.
    """
    sitting.refresh_from_db(from_queryset=Sitting.objects.select_for_update())
    if sitting.person.user_id == by.pk:
        raise Refused("不能给自己核对身份。", "请由另一位老师办理。")
    if checked == IdentityProof.KNOWN and not remark.strip():
        raise BadInput("没有带证件的，请写明怎样辨认的。", "例如：班主任与名册照片当面核对。")
    _require_open(sitting, at)
    TabletSitting.objects.filter(sitting=sitting, ended_at__isnull=True).update(ended_at=at)
    tablet = TabletSitting.objects.create(
        sitting=sitting,
        checked_by=by,
        checked=checked,
        remark=remark.strip()[:200],
        read_aloud=read_aloud,
        at=at,
        link_until=at + LINK_LIVES,
    )
    note_event(sitting, EventKind.ON_TABLET, at=at, client=f"tablet:{tablet.uid.hex[:24]}")
    record_many([sitting_line(sitting, "tablet_handed", by, at, checked=checked.label)])
    return tablet, signing.dumps(str(tablet.uid), salt=_SALT)


def tablet_of_link(token: str, *, at: datetime) -> TabletSitting:
    """The sitting that a link would open; raises `LinkSpent`. Looking at it spends nothing."""
    try:
        uid = signing.loads(token, salt=_SALT, max_age=LINK_LIVES * 6)
    except signing.BadSignature as wrong:
        raise LinkSpent from wrong
    unclaimed = TabletSitting.objects.filter(claimed_at__isnull=True, ended_at__isnull=True)
    found = unclaimed.filter(uid=uid, link_until__gt=at)
    tablet = found.select_related("sitting__person__user", "checked_by").first()
    if tablet is None:
        raise LinkSpent
    return tablet


@transaction.atomic
def claim_tablet(token: str, *, at: datetime) -> tuple[TabletSitting, str]:
    """Spend the link; the key that comes back lives in the tablet's cookie alone."""
    tablet = tablet_of_link(token, at=at)
    key = secrets.token_urlsafe(24)
    unclaimed = TabletSitting.objects.filter(pk=tablet.pk, claimed_at__isnull=True)
    if not unclaimed.update(claimed_at=at, key_hash=key_hash(key)):
        raise LinkSpent
    tablet.claimed_at = at
    return tablet, key


def start_on_tablet(tablet: TabletSitting, *, at: datetime) -> Sitting:
    """The learner's own start: the line names the learner, the device the tablet."""
    device = f"tablet:{tablet.uid.hex[:24]}"
    # The examiner has looked at the card before handing the tablet over.
    learner = tablet.sitting.person.user
    return start_sitting(tablet.sitting, by=learner, at=at, device=device, vouched=True)


def save_on_tablet(
    tablet: TabletSitting, answers: Mapping[str, Sequence[int]], *, at: datetime
) -> Sitting:
    return save_answers(tablet.sitting, answers, by=tablet.sitting.person.user, at=at)


@transaction.atomic
def submit_on_tablet(tablet: TabletSitting, *, at: datetime) -> Sitting:
    """Hand in, and lock the tablet: its key opens nothing from now on."""
    sitting = tablet.sitting
    sitting.refresh_from_db()
    if sitting.status == SittingStatus.STARTED:
        sitting = submit_sitting(sitting, by=sitting.person.user, at=at)
    lock_tablet(tablet, at=at)
    return sitting


def lock_tablet(tablet: TabletSitting, *, at: datetime) -> None:
    """The tablet goes back to the examiner; what was answered stays."""
    TabletSitting.objects.filter(pk=tablet.pk, ended_at__isnull=True).update(ended_at=at)


def _require_open(sitting: Sitting, at: datetime) -> None:
    if may_go_on_tablet(sitting, at=at):
        return
    if sitting.status == SittingStatus.ON_PAPER:
        raise NotAllowed("这名学员已改用纸质试卷。", "要改回平板，请先收回纸质试卷。")
    if sitting.status == SittingStatus.READY and at < sitting.opens_at:
        raise NotAllowed(f"考试 {moment_text(sitting.opens_at)} 开放。", "请到时再打开平板。")
    raise NotAllowed(
        f"这场考试{sitting.get_status_display()}，不能打开平板。", "请核对学员和场次。"
    )
