"""Counts over the copy are what plain queries count: every dimension, filter, base and vintage."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.foundation.accounts.models import Role, ScopeKind
from anlan.injuries.models import Case, CaseVersion
from anlan.injuries.queries.cases import visible_to
from anlan.insights.distribution import snapshot
from anlan.insights.distribution.counting import Counter, List, Table
from anlan.insights.distribution.dimensions import DIMENSIONS
from anlan.insights.distribution.questions import Base, Question
from anlan.insights.distribution.scope import scope_of
from anlan.insights.tests.injured import LEAST, PLAIN, counter_of, injured, plainly, tally
from anlan.testing.cast import NOW, Cast, a_user

NAMES = sorted(PLAIN)


def of_list(found: List) -> dict[tuple[str, ...], int]:
    pairs = zip(found.groups, found.cells, strict=True)
    return {(group.key,): cell.count for group, cell in pairs if cell.count}


def of_table(found: Table) -> dict[tuple[str, ...], int]:
    return {
        (row.key, column.key): cell.count
        for row, line in zip(found.rows, found.cells, strict=True)
        for column, cell in zip(found.columns, line, strict=True)
        if cell.count
    }


@pytest.mark.parametrize("base", list(Base))
def test_every_dimension_counts_as_a_plain_query_does(cast: Cast, base: Base) -> None:
    injured(cast)
    question = Question(base=base)
    counter, cases = counter_of(cast.city_official, question), plainly(question)
    assert cases
    for name in NAMES:
        found = counter.by(name)
        assert of_list(found) == tally(cases, name), name
        assert found.total.count == len(cases)


def test_filters_and_tables_count_as_a_plain_query_does(cast: Cast) -> None:
    injured(cast)
    copy, scope = snapshot.build(NOW), scope_of(cast.city_official)
    values = {
        name: sorted(key for (key,) in tally(plainly(Question(base=Base.ALL)), name))
        for name in NAMES
    }
    day = st.dates(date(2025, 1, 1), date(2026, 12, 31))

    @given(st.data(), st.sampled_from(list(Base)), st.none() | day, st.none() | day)
    @settings(max_examples=25)
    def holds(data: st.DataObject, base: Base, since: date | None, until: date | None) -> None:
        names = data.draw(st.permutations([n for n in NAMES if n != "industry"]))
        picks = {
            n: data.draw(st.sampled_from(values[n]))
            for n in names[2 : 2 + data.draw(st.integers(0, 2))]
        }
        question = Question(since, until, base, picks=picks)
        cases = plainly(question)
        counter = Counter(copy, question, scope, LEAST)
        assert of_table(counter.across(names[0], names[1])) == tally(cases, names[0], names[1])
        ids, total = counter.records(0, 1000)
        assert total == len(cases)
        assert ids == [c.pk for c in sorted(cases, key=lambda c: (c.injured_on, c.pk))][::-1]

    holds()


def test_industries_open_level_by_level(cast: Cast) -> None:
    injured(cast)
    every = plainly(Question(base=Base.ALL))
    for above, depth in (("C", 3), ("C26", 4), ("C261", 5)):
        question = Question(base=Base.ALL, picks={"industry": above})
        found = of_list(counter_of(cast.city_official, question).by("industry"))
        plain: dict[tuple[str, ...], int] = {}
        for case in every:
            if case.industry.startswith(above):
                key = case.industry[:depth] if len(case.industry) >= depth else above + "!"
                plain[key,] = plain.get((key,), 0) + 1
        assert found == plain, above
        for (key,), count in found.items():
            below = Question(base=Base.ALL, picks={"industry": key})
            assert counter_of(cast.city_official, below).total().count == count


def test_types_of_1986_are_shown_by_their_certain_counterparts(cast: Cast) -> None:
    injured(cast)
    question = Question(base=Base.ALL, new_types=True)
    found = of_list(counter_of(cast.city_official, question).by("type"))
    old = [c for c in plainly(question) if c.injured_on < date(2026, 7, 1)]
    new = [c for c in plainly(question) if c.injured_on >= date(2026, 7, 1)]

    def count(cases: list[Case], code: str) -> int:
        return sum(case.type_code == code for case in cases)

    assert found["split",] == count(old, "02") + count(old, "019")
    assert found["gb_6441_2025@04",] == count(old, "03"), "机械伤害 has another number now"
    assert found["gb_6441_2025@01",] == count(old, "01") + count(new, "01")


@pytest.mark.parametrize("ago", [0, 20, 45, 200, 400])
def test_a_vintage_is_what_was_known_on_that_day(cast: Cast, ago: int) -> None:
    injured(cast)
    known = NOW.date() - timedelta(days=ago)
    end = datetime(known.year, known.month, known.day, 16, tzinfo=UTC)
    severities: dict[tuple[str, ...], int] = {}
    total = 0
    for case in Case.objects.exclude(source__foreign=True):
        if case.known_at >= end or (case.withdrawn_at and case.withdrawn_at < end):
            continue
        said = case.severity
        for version in CaseVersion.objects.filter(case=case, replaced_at__gte=end).order_by(
            "-replaced_at"
        ):
            said = version.values.get("severity", said)
        key = "-" if said == "unknown" else said
        severities[key,], total = severities.get((key,), 0) + 1, total + 1
    found = counter_of(cast.city_official, Question(base=Base.ALL, known=known)).by("severity")
    assert of_list(found) == severities
    assert found.total.count == total


def test_everybody_sees_the_records_that_the_ledger_shows(cast: Cast) -> None:
    injured(cast)
    department = a_user("d", "应急", Role.DEPARTMENT_OFFICIAL, ScopeKind.INDUSTRY, "hazchem")
    copy = snapshot.build(NOW)
    for user in (
        cast.city_official,
        cast.district_official,
        cast.other_district_official,
        department,
        cast.safety_officer,
        cast.rival_officer,
        cast.outsider,
    ):
        counter = Counter(copy, Question(base=Base.ALL), scope_of(user), LEAST)
        ids, total = counter.records(0, 1000)
        assert set(ids) == set(visible_to(user).values_list("pk", flat=True)), user
        assert total == len(ids)


def test_an_officer_counts_the_own_industry_only(cast: Cast) -> None:
    injured(cast)
    found = counter_of(cast.safety_officer, least=0)
    own = [
        c
        for c in plainly(Question(base=Base.ALL))
        if c.key_industry == "hazchem" or c.organization_id == cast.enterprise.pk
    ]
    assert found.total().count == len(own)


def test_small_counts_are_hidden_from_who_sees_no_record(cast: Cast) -> None:
    """What is judged is the part that the user can't see."""
    injured(cast)
    unseen_of = tally(
        [c for c in plainly(Question(base=Base.ALL)) if c.district != "370112"], "age", "severity"
    )
    copy = snapshot.build(NOW)
    city = Counter(copy, Question(base=Base.ALL), scope_of(cast.city_official), LEAST)
    district = Counter(copy, Question(base=Base.ALL), scope_of(cast.district_official), LEAST)
    assert not city.across("age", "severity").any_hidden
    table = district.across("age", "severity")
    shown = of_table(table)
    assert table.any_hidden
    small = {key for key, count in unseen_of.items() if 0 < count < LEAST}
    assert small
    assert not small & shown.keys()
    assert all(
        count == of_table(city.across("age", "severity"))[key] for key, count in shown.items()
    )
    own = replace(district.question, picks={"district": "370112"})
    assert not Counter(copy, own, district.scope, LEAST).across("age", "severity").any_hidden


def test_the_copy_on_disk_is_topped_up_and_equals_one_made_anew(cast: Cast) -> None:
    injured(cast)
    snapshot.forget()
    at = datetime.now(UTC)
    snapshot.refresh(at)
    first = Case.objects.exclude(source__foreign=True).filter(withdrawn_at=None)[0]
    CaseVersion.objects.create(
        case=first, values={"severity": first.severity}, since=first.known_at, replaced_at=at
    )
    Case.objects.filter(pk=first.pk).update(severity="death", changed_at=at)
    second = Case.objects.filter(withdrawn_at=None, source=None).exclude(pk=first.pk)[0]
    Case.objects.filter(pk=second.pk).update(withdrawn_at=at, changed_at=at)
    Case.objects.create(injured_on=date(2026, 5, 5), part_code="neu", known_at=at, changed_at=at)
    snapshot.refresh(at + timedelta(seconds=5))
    snapshot.forget()
    same(snapshot.current(), snapshot.build(NOW))
    backdated = Case.objects.create(injured_on=date(2026, 5, 6), known_at=NOW, changed_at=NOW)
    snapshot.refresh(at + timedelta(seconds=9))
    assert backdated.pk in snapshot.current().columns["case"]
    assert snapshot.refresh(at + timedelta(seconds=12)) == 0


def same(one: snapshot.Snapshot, other: snapshot.Snapshot) -> None:
    """Rows in another order and words under other numbers say the same."""
    assert rows_of(one) == rows_of(other)
    assert one.cases == other.cases


def rows_of(copy: snapshot.Snapshot) -> list[tuple[object, ...]]:
    said = [
        [copy.words[name][n] for n in column] if name in copy.words else column.tolist()
        for name, column in sorted(copy.columns.items())
    ]
    return sorted(zip(*said, strict=True))


def test_a_file_that_is_no_copy_is_made_anew(cast: Cast) -> None:
    injured(cast)
    path = snapshot.copy_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"ANLANDS2 but no more")
    assert snapshot.refresh(NOW) == Case.objects.count()
    assert len(snapshot.current()) >= 1


def test_many_cases_without_a_copy_ask_for_patience(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    injured(cast)
    monkeypatch.setattr(snapshot, "IN_A_REQUEST", 3)
    with pytest.raises(snapshot.NotReady):
        snapshot.current()
    snapshot.refresh(NOW)
    assert len(snapshot.current()) > 3


def test_every_dimension_can_be_asked_for(cast: Cast) -> None:
    """An empty city has no cases in any of them."""
    counter = counter_of(cast.city_official)
    for name in DIMENSIONS:
        assert of_list(counter.by(name)) == {}
    assert counter.across("hour", "weekday").rows == []
