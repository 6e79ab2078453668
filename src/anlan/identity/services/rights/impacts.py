"""个人信息保护影响评估: drafted by one, approved by another, kept (个人信息保护法 55, 56)."""

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record
from anlan.identity.kept import years_after
from anlan.identity.models import ImpactAssessment, ImpactStatus
from anlan.identity.states import IMPACT_STEPS
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.lib.states import advance

TEXTS = ("title", "purpose", "necessity", "risks", "measures")


@transaction.atomic
def draft_impact(texts: Mapping[str, str], *, by: User, at: datetime) -> ImpactAssessment:
    """The first version of a new subject."""
    made = ImpactAssessment.objects.create(
        author=by, at=at, **{name: texts[name].strip() for name in TEXTS}
    )
    record(made.subject, "impact_drafted", by=by, at=at, version=made.version)
    return made


@transaction.atomic
def revise_impact(one: ImpactAssessment, *, by: User, at: datetime) -> ImpactAssessment:
    """The next version, begun with the words of an approved one, which stays as it is."""
    if one.status != ImpactStatus.APPROVED:
        raise NotAllowed("这一版还没有批准，直接修改即可。", "批准后的版本才另起新版。")
    versions = ImpactAssessment.objects.filter(topic=one.topic)
    newest = max(versions.values_list("version", flat=True))
    try:
        with transaction.atomic():
            made = ImpactAssessment.objects.create(
                topic=one.topic,
                version=newest + 1,
                author=by,
                at=at,
                **{name: getattr(one, name) for name in TEXTS},
            )
    except IntegrityError as again:
        raise Refused("另一位同事刚刚起草了新的一版。", "请刷新页面查看。") from again
    record(made.subject, "impact_drafted", by=by, at=at, version=made.version)
    return made


@transaction.atomic
def change_impact(one: ImpactAssessment, texts: Mapping[str, str], *, by: User) -> None:
    """The author changes a draft, or what was sent back."""
    if one.author_id != by.pk:
        raise NotAllowed("只有起草人可以修改。", "需要改动的，请退回给起草人。")
    words = {name: texts[name].strip() for name in TEXTS}
    open_one = ImpactAssessment.objects.filter(
        pk=one.pk, status__in=[ImpactStatus.DRAFT, ImpactStatus.RETURNED]
    )
    if not open_one.update(**words):
        raise NotAllowed("这一版已提交，不能再改。", "请刷新页面查看。")


@transaction.atomic
def submit_impact(one: ImpactAssessment, *, by: User, at: datetime) -> None:
    if one.author_id != by.pk:
        raise NotAllowed("只有起草人可以提交。", "请起草人提交。")
    advance(one, ImpactStatus.SUBMITTED, IMPACT_STEPS, submitted_at=at)
    record(one.subject, "impact_submitted", by=by, at=at, version=one.version)


@transaction.atomic
def decide_impact(
    one: ImpactAssessment, *, approve: bool, answer: str, by: User, at: datetime
) -> None:
    """Somebody else approves it or sends it back with what is missing."""
    if one.author_id == by.pk:
        raise NotAllowed("不能批准自己起草的评估。", "请另一位有权限的人员批准。")
    said = answer.strip()[:300]
    if not approve and not said:
        raise BadInput("退回要写明哪里需要修改。", "起草人会看到。")
    to = ImpactStatus.APPROVED if approve else ImpactStatus.RETURNED
    changes: dict[str, object] = {"decided_by": by, "decided_at": at, "answer": said}
    if approve:
        changes["keep_until"] = years_after(local_date(at), "rights.impact_keep_years", at)
    advance(one, to, IMPACT_STEPS, **changes)
    verb = "impact_approved" if approve else "impact_returned"
    record(one.subject, verb, by=by, at=at, version=one.version)
