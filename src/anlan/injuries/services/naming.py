"""An official says which enterprise a name means: cases and headcounts follow, and later files."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger import services as ledger
from anlan.injuries.models import Case, CaseVersion, EmployerName, Source, WaitingHeadcount
from anlan.injuries.queries import naming
from anlan.injuries.services.comparing import FILLED
from anlan.lib.prepared import update_rows
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.organizations.headcount_services import take_back_headcounts, tell_headcounts
from anlan.organizations.models import Organization

AT_ONCE = 1000
_COLUMNS = ("organization", "named_by", *FILLED, "is_synthetic", "changed_at")


@transaction.atomic
def name_employer(
    source: Source, name: str, organization: Organization | None, *, by: User, at: datetime
) -> EmployerName:
    """One decision for every row of this source under this name; None: it is none of ours.

    Cases take over district and industry where they say none; what they said before is kept.
    """
    written = naming.spellings_waiting(source, name)
    if not written:
        raise BadInput("这个名称没有待核对的记录。", "可能已由同事核对过，请刷新页面。")
    try:
        with transaction.atomic():
            decision = EmployerName.objects.create(
                source=source, name=name, organization=organization, by=by, at=at
            )
    except IntegrityError:
        raise NotAllowed("这个名称刚由同事核对过。", "请刷新页面查看。") from None
    cases = months = 0
    if organization is not None:
        cases = _link_cases(decision, organization, written, at)
        months = _place_headcounts(decision, organization, written, at)
    ledger.record(
        decision.subject,
        "employer_named" if organization else "employer_not_ours",
        by=by,
        at=at,
        source=source.title,
        organization=str(organization.uid) if organization else "",
        cases=cases,
        months=months,
    )
    return decision


@transaction.atomic
def undo_naming(decision: EmployerName, *, by: User, at: datetime) -> EmployerName:
    """Take a decision back: its cases have no enterprise again, its headcounts wait again."""
    rows = EmployerName.objects.filter(pk=decision.pk, undone_at=None)
    if not rows.update(undone_at=at):
        raise NotAllowed("这一项已经撤销。", "请刷新页面查看。")
    decision.undone_at = at
    linked = Case.objects.filter(named_by=decision, withdrawn_at=None)
    if decision.organization is not None:
        later = linked.exclude(organization=decision.organization).count()
        if later:
            raise Refused(f"有 {later} 件案件后来改连了别的单位。", "请先撤销后来的批次。")
    cases = _unlink_cases(decision, list(linked), at)
    take_back_headcounts(decision.subject, at=at)
    months = WaitingHeadcount.objects.filter(placed_by=decision).update(placed_by=None)
    ledger.record(
        decision.subject, "employer_naming_undone", by=by, at=at, cases=cases, months=months
    )
    return decision


def _link_cases(
    decision: EmployerName, organization: Organization, written: Sequence[str], at: datetime
) -> int:
    found = naming.cases_waiting().filter(source=decision.source, employer_name__in=written)
    cases = list(found.defer("narrative"))
    versions = []
    for case in cases:
        says: dict[str, Any] = {"organization_id": organization.pk, "named_by_id": decision.pk}
        says |= {n: getattr(organization, n) for n in FILLED if not getattr(case, n)}
        if organization.is_synthetic and not case.is_synthetic:
            says["is_synthetic"] = True
        versions.append(_changed(case, says, at))
        case.changed_at = at
    CaseVersion.objects.bulk_create(versions, batch_size=AT_ONCE)
    update_rows(cases, _COLUMNS)
    return len(cases)


def _changed(case: Case, says: dict[str, Any], at: datetime) -> CaseVersion:
    """The case says otherwise from here on; what comes back is what it said."""
    former = {name: getattr(case, name) or None for name in says}
    for name, value in says.items():
        setattr(case, name, value)
    return CaseVersion(case=case, values=former, since=case.changed_at, replaced_at=at)


def _unlink_cases(decision: EmployerName, cases: list[Case], at: datetime) -> int:
    """Each says what it said before; one that a later file brought loses what it had taken over."""
    made = CaseVersion.objects.filter(case__in=cases, replaced_at=decision.at, batch=None)
    before = {version.case_id: version for version in made}
    versions = []
    for case in cases:
        then = before.get(case.pk)
        says = _plain(then.values) if then is not None else _without(case, decision)
        says |= {"organization_id": None, "named_by_id": None}
        versions.append(_changed(case, says, at))
        if then is not None:  # so that the batch before it can be taken back too
            case.changed_at = then.since
    CaseVersion.objects.bulk_create(versions, batch_size=AT_ONCE)
    update_rows(cases, _COLUMNS)
    return len(cases)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    empty = {"is_synthetic": False} | dict.fromkeys(FILLED, "")
    return {name: value or empty.get(name) for name, value in values.items()}


def _without(case: Case, decision: EmployerName) -> dict[str, Any]:
    """Empty what the file doesn't bring and the enterprise says the same of."""
    brought, firm = decision.source.mapping, decision.organization
    return {
        name: ""
        for name in FILLED
        if name not in brought and firm is not None and getattr(case, name) == getattr(firm, name)
    }


def _place_headcounts(
    decision: EmployerName, organization: Organization, written: Sequence[str], at: datetime
) -> int:
    """The last word of each month goes into the denominators, known from now on."""
    rows = WaitingHeadcount.objects.filter(
        source=decision.source, name__in=written, placed_by=None
    ).order_by("id")
    told = {(organization.pk, row.month): row.people for row in rows}
    tell_headcounts(told, told_by=decision.subject, at=at)
    rows.order_by().update(placed_by=decision)
    return len(told)
