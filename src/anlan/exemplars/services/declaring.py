"""An enterprise declares, the district verifies or returns with a reason, the enterprise mends."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.urls import reverse

from anlan.exemplars import policies
from anlan.exemplars.lines import declaration_line
from anlan.exemplars.models import DeclaredMeasure, Drill, Proof, Shutdown, Spending, Stand
from anlan.exemplars.models.declarations import Declaration
from anlan.exemplars.queries.declarations import KIND_NAMES, proofs_of
from anlan.exemplars.queries.people import officers_of, officials_of
from anlan.exemplars.services.steps import tell_about
from anlan.exemplars.states import DECLARATION_STEPS
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, NotAllowed, said
from anlan.lib.states import advance
from anlan.organizations.models import Organization

D = TypeVar("D", bound=Declaration)
YEARS_BACK = 5
REASON_MAX = 300


@transaction.atomic
def declare(
    kind: type[D],
    organization: Organization,
    facts: Mapping[str, Any],
    proofs: Sequence[StoredFile],
    *,
    by: User,
    at: datetime,
    synthetic: bool = False,
) -> D:
    """`facts` are the columns of the kind. Nothing is declared without a proof.

    Raises `BadInput` for figures that can't be, or a year that is declared already.
    """
    _refuse_bare(proofs)
    one = kind(
        organization=organization, declared_by=by, declared_at=at, is_synthetic=synthetic, **facts
    )
    _refuse_impossible(one, local_date(at))
    try:
        with transaction.atomic():
            one.save()
    except IntegrityError as twice:
        raise BadInput(
            f"{facts.get('year', '')} 年度已经申报过。", "请打开原来的申报；已退回的可以修改。"
        ) from twice
    _declared(one, proofs, by, at)
    return one


@transaction.atomic
def mend(
    one: Declaration,
    facts: Mapping[str, Any],
    proofs: Sequence[StoredFile],
    *,
    by: User,
    at: datetime,
) -> None:
    """What was returned goes in again, with other figures or more proof; former proofs stay."""
    for name, value in facts.items():
        setattr(one, name, value)
    _refuse_impossible(one, local_date(at))
    changes = dict(facts) | {"declared_by": by, "declared_at": at, "reason": ""}
    changes |= {"decided_by": None, "decided_at": None}
    try:
        with transaction.atomic():
            advance(one, Stand.DECLARED, {Stand.RETURNED: {Stand.DECLARED}}, **changes)
    except IntegrityError as twice:
        raise BadInput("这个年度已经有另一份申报。", "请核对年度。") from twice
    _declared(one, proofs, by, at)


@transaction.atomic
def verify(one: Declaration, *, by: User, at: datetime) -> None:
    """An official has looked at the proof and stands for it."""
    _refuse_the_own(one, by)
    steps = {Stand.DECLARED: {Stand.VERIFIED}}
    advance(one, Stand.VERIFIED, steps, decided_by=by, decided_at=at, reason="")
    declaration_line(one, "verified", by=by, at=at)
    title = f"{KIND_NAMES[one.KEY]}已核实"
    tell_about(one, officers_of(one.organization), title, _url(one), at=at, but=by)


@transaction.atomic
def return_declaration(one: Declaration, reason: str, *, by: User, at: datetime) -> None:
    """It can't be verified, or was verified wrongly, and why: it counts nowhere until mended."""
    words = said(reason, "请写明退回的原因，企业会看到。", REASON_MAX)
    _refuse_the_own(one, by)
    changes = {"decided_by": by, "decided_at": at, "reason": words}
    advance(one, Stand.RETURNED, DECLARATION_STEPS, **changes)
    declaration_line(one, "returned", by=by, at=at, words=words)
    title = f"{KIND_NAMES[one.KEY]}被退回，请补正"
    tell_about(one, officers_of(one.organization), title, _url(one), at=at, but=by)


def _declared(one: Declaration, proofs: Sequence[StoredFile], by: User, at: datetime) -> None:
    Proof.objects.bulk_create([Proof(file=file, at=at, **{one.KEY: one}) for file in proofs])
    every = [proof.file for proof in proofs_of(one)]
    declaration_line(one, "declared", by=by, at=at, proofs=every, **_said_in_log(one))
    title = f"新的{KIND_NAMES[one.KEY]}申报，待核实"
    tell_about(one, officials_of(one.organization), title, _url(one), at=at, but=by)


def _said_in_log(one: Declaration) -> dict[str, Any]:
    """The figures themselves, so that the log shows what was declared before it was mended."""
    if isinstance(one, Drill):
        return {
            "on": one.held_on.isoformat(),
            "needed": one.seconds_needed,
            "wanted": one.seconds_wanted,
            "people": one.people,
        }
    if isinstance(one, Spending):
        return {"year": one.year, "spent": str(one.spent), "prescribed": str(one.prescribed)}
    if isinstance(one, Shutdown):
        return {"since": one.since.isoformat(), "until": one.until.isoformat()}
    assert isinstance(one, DeclaredMeasure)
    return {
        "key": one.key,
        "name": str(one.get_key_display()),
        "on": one.on.isoformat(),
        "numerator": one.numerator,
        "denominator": one.denominator,
    }


def _refuse_bare(proofs: Sequence[StoredFile]) -> None:
    if not proofs:
        raise BadInput("请至少上传一份证明材料。", "例如现场照片、录像或盖章的 PDF。")


def _refuse_the_own(one: Declaration, by: User) -> None:
    if not policies.may_verify(by, one):
        raise NotAllowed("由辖区监管人员核实，本企业人员不能核实自己的申报。", "请刷新页面查看。")


def _refuse_impossible(one: Declaration, today: date) -> None:
    """What the database would refuse as well, said so that it can be mended."""
    if isinstance(one, Drill):
        _refuse_future(one.held_on, today, "演练日期")
        if min(one.seconds_needed, one.seconds_wanted, one.people) <= 0:
            raise BadInput("用时和人数都要大于 0。", "请核对后再提交。")
    elif isinstance(one, Spending):
        if not today.year - YEARS_BACK <= one.year <= today.year:
            raise BadInput(f"年度只能是近 {YEARS_BACK} 年。", "请核对年度。")
        if one.prescribed <= Decimal(0) or one.spent < Decimal(0):
            raise BadInput("应提取金额要大于 0，使用金额不能为负。", "请按元填写。")
    elif isinstance(one, Shutdown):
        _refuse_future(one.since, today, "开始日期")
        if one.until < one.since:
            raise BadInput("结束日期早于开始日期。", "请核对两个日期。")
    elif isinstance(one, DeclaredMeasure):
        _refuse_future(one.on, today, "清点日期")
        if not one.denominator or one.numerator > one.denominator:
            raise BadInput("符合的不能多于清点的总数，总数要大于 0。", "请核对两个数。")


def _refuse_future(day: date, today: date, name: str) -> None:
    if day > today:
        raise BadInput(f"{name}不能晚于今天。", "请核对日期。")


def _url(one: Declaration) -> str:
    return reverse("exemplars:declaration", args=[one.KEY, one.uid])
