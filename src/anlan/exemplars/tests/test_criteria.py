"""Each criterion at its boundary, by the rules of the day; unknown is never fulfilled."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from anlan.archives.models import Certificate
from anlan.classes.models import Enrolment
from anlan.exemplars.evidence import freeze
from anlan.exemplars.models import Drill, Spending
from anlan.exemplars.queries.criteria import Criterion, _reaches, check
from anlan.exemplars.queries.indicators import Value
from anlan.exemplars.services.declaring import return_declaration
from anlan.exemplars.tests.builders import (
    DAY,
    TODAY,
    a_case,
    a_drill,
    a_model_enterprise,
    a_spending,
    change_rule,
    self_checks,
    the_records_begin,
)
from anlan.hazards.models import Grade, Hazard
from anlan.hazards.tests.builders import a_hazard, an_assigned_hazard
from anlan.injuries.models import Case, Circumstance, Severity
from anlan.testing.cast import NOW, Cast
from anlan.testing.classes import a_worker


def of(cast: Cast, key: str, on: date = TODAY) -> Criterion:
    found = check(cast.enterprise, on)
    return next(one for one in found.criteria if one.key == key)


def test_who_fulfils_everything_does(cast: Cast) -> None:
    standing = check(a_model_enterprise(cast), TODAY)
    assert [(one.key, one.outcome) for one in standing.lacking] == []
    assert standing.fulfilled
    assert of(cast, "training").parts == "3 / 3 人"


def test_of_an_enterprise_without_records_nothing_is_known(cast: Cast) -> None:
    """What can be counted to zero is; the rest is unknown, and nothing of it fulfilled."""
    standing = check(cast.rival_enterprise, TODAY)
    outcomes = {one.key: one.outcome for one in standing.criteria}
    assert outcomes == {
        "training": None,
        "pass": None,
        "serious": None,
        "rectification": None,
        "overdue_major": True,
        "self_check": False,
        "drills": False,
        "spending": None,
        "revoked": True,
    }
    assert not standing.fulfilled
    assert {one.value for one in standing.criteria if one.outcome is None} == {"缺数据"}


@pytest.mark.parametrize(
    ("numerator", "denominator", "verified", "outcome"),
    [
        (19, 20, True, True),  # 95 % exactly
        (189, 200, True, False),  # 94.5 %
        (95, 100, False, None),  # enough, but nobody has verified it
        (94, 100, False, False),
        (0, 0, True, None),
    ],
)
def test_a_share_at_its_boundary(
    numerator: int, denominator: int, verified: bool, outcome: bool | None
) -> None:
    value = Value("training", Decimal(numerator), Decimal(denominator), verified)
    assert _reaches(value, Decimal("0.95")) is outcome


def test_somebody_new_on_the_roster_counts(cast: Cast) -> None:
    a_model_enterprise(cast)
    a_worker(cast, 0)
    found = of(cast, "training")
    assert (found.outcome, found.value, found.parts) == (False, "75.0%", "3 / 4 人")


@pytest.mark.parametrize(
    ("days", "outcome"),
    [(0, False), (3 * 365, False), (3 * 365 + 1, True)],
)
def test_three_years_without_death_or_serious_injury(cast: Cast, days: int, outcome: bool) -> None:
    """Three years to the day: 2023-11-24 counts, 2023-11-23 no more."""
    the_records_begin()
    a_case(cast.enterprise, TODAY - timedelta(days=days), severity=Severity.SERIOUS)
    assert of(cast, "serious").outcome is outcome


@pytest.mark.parametrize(
    ("severity", "circumstance", "outcome"),
    [
        (Severity.DEATH, Circumstance.AWAY, False),
        (Severity.DEATH, Circumstance.COMMUTING, True),
        (Severity.DEATH, Circumstance.SUDDEN_DEATH, True),
        (Severity.SERIOUS, Circumstance.DISEASE, True),
        (Severity.MINOR, Circumstance.WORK, True),
        (Severity.MINOR, Circumstance.UNKNOWN, True),
        (Severity.UNKNOWN, Circumstance.WORK, None),
        (Severity.SERIOUS, Circumstance.UNKNOWN, None),
    ],
)
def test_what_counts_as_a_serious_injury_at_work(
    cast: Cast, severity: Severity, circumstance: Circumstance, outcome: bool | None
) -> None:
    the_records_begin()
    a_case(cast.enterprise, TODAY, severity=severity, circumstance=circumstance)
    assert of(cast, "serious").outcome is outcome


def test_records_that_begin_late_or_are_stale_prove_nothing(cast: Cast) -> None:
    the_records_begin(TODAY - timedelta(days=300))
    late = of(cast, "serious")
    assert (late.outcome, late.value) == (None, "缺数据")
    assert "开始" in late.note
    the_records_begin(date(2020, 1, 6))
    assert of(cast, "serious").outcome is True
    Case.objects.update(known_at=NOW - timedelta(days=92))
    assert of(cast, "serious").outcome is True
    Case.objects.update(known_at=NOW - timedelta(days=93))
    assert of(cast, "serious").outcome is None


def test_rectification_and_overdue_major_hazards(cast: Cast) -> None:
    person = a_worker(cast, 0)
    an_assigned_hazard(cast, person, at=NOW - 15 * DAY - DAY)  # due yesterday, not done
    assert of(cast, "rectification").outcome is False
    assert of(cast, "overdue_major").outcome is True
    a_hazard(cast, grade=Grade.MAJOR, at=NOW)  # its clock runs, and hasn't run out
    assert of(cast, "overdue_major").outcome is True
    Hazard.objects.filter(grade=Grade.MAJOR).update(due_at=NOW - DAY)
    assert of(cast, "overdue_major").outcome is False


@pytest.mark.parametrize(("months", "outcome"), [(5, False), (6, True)])
def test_self_inspection_kept_up(cast: Cast, months: int, outcome: bool) -> None:
    self_checks(cast.enterprise, months)
    assert of(cast, "self_check").outcome is outcome


def test_two_verified_drills_within_twelve_months(cast: Cast) -> None:
    a_drill(cast, on=date(2025, 11, 23))  # a year ago to the day: no more
    a_drill(cast, on=date(2025, 11, 24))
    assert of(cast, "drills").outcome is False
    waiting = a_drill(cast, verified=False)
    found = of(cast, "drills")
    assert (found.outcome, found.value) == (None, "1 次")
    assert "待核实" in found.note
    return_declaration(waiting, "录像看不出用时", by=cast.district_official, at=NOW)
    assert of(cast, "drills").outcome is False
    a_drill(cast)
    assert of(cast, "drills").outcome is True


@pytest.mark.parametrize(
    ("spent", "verified", "outcome"),
    [
        (500_000, True, True),
        (499_999, True, False),
        (500_000, False, None),
        (499_999, False, False),
    ],
)
def test_spending_of_the_last_year(
    cast: Cast, spent: int, verified: bool, outcome: bool | None
) -> None:
    a_spending(cast, spent=spent, verified=verified)
    assert of(cast, "spending").outcome is outcome
    Spending.objects.update(year=2024)
    assert of(cast, "spending").outcome is None


def test_a_revoked_certificate_counts_for_twelve_months(cast: Cast) -> None:
    a_model_enterprise(cast)
    one = Certificate.objects.create(
        number="AL2026-000001-1",
        enrolment=Enrolment.objects.order_by("pk")[0],
        issued_on=TODAY,
        valid_until=TODAY,
        hours=24,
        status="revoked",
        revoked_at=NOW,
    )
    assert of(cast, "revoked").outcome is False
    Certificate.objects.filter(pk=one.pk).update(revoked_at=NOW - timedelta(days=366))
    assert of(cast, "revoked").outcome is True


def test_a_rule_that_changes_binds_from_its_day(cast: Cast) -> None:
    a_drill(cast)
    a_drill(cast)
    change_rule("exemplar.drills_min", 3, since=TODAY + DAY)
    assert of(cast, "drills", TODAY).outcome is True
    later = of(cast, "drills", TODAY + DAY)
    assert (later.outcome, later.wanted) == (False, "不少于 3 次")


def test_an_industry_may_have_its_own_rule(cast: Cast) -> None:
    a_drill(cast)
    change_rule("exemplar.drills_min", 1, since=TODAY, scope=cast.enterprise.key_industry)
    assert of(cast, "drills").outcome is True
    assert check(cast.rival_enterprise, TODAY).criteria[6].wanted == (
        "不少于 1 次" if cast.rival_enterprise.key_industry == "hazchem" else "不少于 2 次"
    )


def test_evidence_names_numbers_definitions_and_nobody(cast: Cast) -> None:
    standing = check(a_model_enterprise(cast), TODAY)
    text, digest = freeze(standing, NOW)
    assert (text, digest) == freeze(check(cast.enterprise, TODAY), NOW)
    for words in ("3 / 3 人", "花名册", "exemplar.training_share", cast.enterprise.uscc):
        assert words in text
    for person in (cast.safety_officer.name, Drill.objects.all()[0].witness):
        assert person not in text
