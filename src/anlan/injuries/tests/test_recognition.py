"""A 认定 from application to decision, a 鉴定 to its grade and review; wrong steps change nothing."""

from datetime import date, timedelta

import pytest

from anlan.foundation.ledger.models import Entry
from anlan.injuries.models import Case, Recognition
from anlan.injuries.queries import cases as queries
from anlan.injuries.queries import standing
from anlan.injuries.services import appraising, recognising
from anlan.injuries.services.records import recognition_from
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.testing.cast import NOW, Cast
from anlan.testing.scenes import remembered

INJURED = date(2026, 3, 1)


@remembered
def a_case(cast: Cast) -> Case:
    return Case.objects.create(
        organization=cast.enterprise,
        employer_name=cast.enterprise.name,
        injured_on=INJURED,
        district="370112",
        key_industry="hazchem",
        known_at=NOW - timedelta(days=200),
        changed_at=NOW - timedelta(days=200),
    )


def day(month: int, of: int) -> date:
    return date(2026, month, of)


def accepted(cast: Cast, *, clear: bool = False) -> Recognition:
    by = cast.district_official
    record = recognising.apply_recognition(
        a_case(cast), by_employer=True, on=day(3, 10), by=by, at=NOW
    )
    assert record.due_on == day(3, 25)
    return recognising.accept(record, on=day(3, 20), clear=clear, by=by, at=NOW)


def test_sixty_days_or_fifteen_from_acceptance(cast: Cast) -> None:
    assert accepted(cast).due_on == day(5, 19)


def test_clear_facts_have_fifteen_days(cast: Cast) -> None:
    assert accepted(cast, clear=True).due_on == day(4, 7)  # 清明 from the 4th to the 6th


def test_papers_stop_the_clock_before_acceptance(cast: Cast) -> None:
    by = cast.district_official
    record = recognising.apply_recognition(
        a_case(cast), by_employer=False, on=day(3, 10), by=by, at=NOW
    )
    recognising.ask_papers(record, on=day(3, 12), by=by, at=NOW)
    assert record.due_on is None
    record = recognising.accept(record, on=day(4, 1), by=by, at=NOW)
    assert (record.papers_complete_on, record.due_on) == (
        day(4, 1),
        day(6, 1),
    )  # 5月31日 is a Sunday


def test_the_missing_papers_begin_fifteen_days_anew(cast: Cast) -> None:
    by = cast.district_official
    record = recognising.apply_recognition(
        a_case(cast), by_employer=False, on=day(3, 10), by=by, at=NOW
    )
    recognising.ask_papers(record, on=day(3, 12), by=by, at=NOW)
    with pytest.raises(BadInput):
        recognising.bring_papers(record, on=day(3, 11), by=by, at=NOW)
    recognising.bring_papers(record, on=day(4, 7), by=by, at=NOW)
    assert (record.status, record.due_on) == ("papers_here", day(4, 22))
    assert queries.overdue_recognitions(cast.city_official, on=day(4, 23)).get() == record
    record = recognising.accept(record, on=day(4, 22), by=by, at=NOW)
    assert (record.papers_complete_on, record.due_on) == (day(4, 7), day(6, 22))  # a Sunday before


def test_a_file_read_again_sets_no_clock_going_that_waits_for_papers(cast: Cast) -> None:
    by = cast.district_official
    record = recognising.apply_recognition(
        a_case(cast), by_employer=False, on=day(3, 10), by=by, at=NOW
    )
    recognising.ask_papers(record, on=day(3, 12), by=by, at=NOW)
    said = {"applied_on": day(3, 11)}
    again = recognition_from(record.case, record, said, recognising.terms_on(day(3, 11)))
    assert (again.applied_on, again.status, again.due_on) == (day(3, 11), "papers_asked", None)


def test_what_is_declined_stands_with_its_reason_and_may_be_applied_for_anew(cast: Cast) -> None:
    by = cast.district_official
    record = recognising.apply_recognition(
        a_case(cast), by_employer=True, on=day(3, 10), by=by, at=NOW
    )
    with pytest.raises(BadInput):
        recognising.decline(record, on=day(3, 20), clause=" ", by=by, at=NOW)
    recognising.decline(record, on=day(3, 20), clause="劳动关系尚在仲裁", by=by, at=NOW)
    assert (record.status, record.due_on) == ("declined", None)
    assert not queries.overdue_recognitions(cast.city_official, on=day(11, 1)).exists()
    assert not standing.running_recognitions(cast.city_official).exists()
    with pytest.raises(NotAllowed):
        recognising.accept(record, on=day(3, 21), by=by, at=NOW)
    with pytest.raises(BadInput):
        recognising.apply_recognition(record.case, by_employer=False, on=day(3, 19), by=by, at=NOW)
    again = recognising.apply_recognition(
        record.case, by_employer=False, on=day(5, 6), by=by, at=NOW
    )
    assert (again.pk, again.status, again.due_on) == (record.pk, "applied", day(5, 21))
    assert (again.declined_on, again.clause, again.by_employer) == (None, "", False)
    said = Entry.objects.filter(subject=record.case.subject).values_list("verb", flat=True)
    assert list(said) == ["recognition_applied", "recognition_declined", "recognition_applied"]
    assert "劳动关系尚在仲裁" in Entry.objects.get(verb="recognition_declined").leaf


def test_a_suspension_moves_the_last_day_by_its_length(cast: Cast) -> None:
    by, record = cast.district_official, accepted(cast)
    recognising.suspend(record, on=day(4, 1), reason="等待交通事故责任认定", by=by, at=NOW)
    assert record.due_on is None
    assert not queries.overdue_recognitions(cast.city_official, on=day(11, 1)).exists()
    with pytest.raises(NotAllowed):
        recognising.decide(record, on=day(4, 5), outcome="recognised", by=by, at=NOW)
    recognising.resume(record, on=day(4, 11), by=by, at=NOW)
    assert record.due_on == day(5, 29)
    recognising.suspend(record, on=day(4, 20), reason="等待司法鉴定", by=by, at=NOW)
    with pytest.raises(BadInput):
        recognising.resume(record, on=day(4, 19), by=by, at=NOW)
    recognising.resume(record, on=day(4, 25), by=by, at=NOW)
    assert record.due_on == day(6, 3)
    assert queries.overdue_recognitions(cast.district_official, on=day(6, 4)).get() == record
    assert not queries.overdue_recognitions(cast.district_official, on=day(6, 3)).exists()
    assert not queries.overdue_recognitions(cast.other_district_official, on=day(6, 4)).exists()


def test_a_case_that_stands_is_resumed_and_not_accepted_anew(cast: Cast) -> None:
    by, record = cast.district_official, accepted(cast)
    recognising.suspend(record, on=day(4, 1), reason="等待司法鉴定", by=by, at=NOW)
    lines = Entry.objects.count()
    with pytest.raises(NotAllowed):
        recognising.accept(record, on=day(4, 5), by=by, at=NOW)
    record.refresh_from_db()
    assert (record.status, record.accepted_on, record.due_on) == ("suspended", day(3, 20), None)
    assert Entry.objects.count() == lines


def test_a_late_application_is_recorded_and_said_to_be_late(cast: Cast) -> None:
    recognising.apply_recognition(
        a_case(cast), by_employer=True, on=day(4, 1), by=cast.city_official, at=NOW
    )
    assert '"late":true' in Entry.objects.get(verb="recognition_applied").leaf.replace(" ", "")


def test_steps_out_of_order_change_nothing(cast: Cast) -> None:
    by, record = cast.district_official, accepted(cast)
    lines = Entry.objects.count()
    with pytest.raises(NotAllowed):
        recognising.accept(record, on=day(3, 21), by=by, at=NOW)
    with pytest.raises(NotAllowed):
        recognising.ask_papers(record, on=day(3, 21), by=by, at=NOW)
    with pytest.raises(BadInput):
        recognising.decide(record, on=day(3, 1), outcome="recognised", by=by, at=NOW)
    with pytest.raises(BadInput):
        recognising.decide(record, on=date(2027, 1, 1), outcome="recognised", by=by, at=NOW)
    with pytest.raises(BadInput):
        recognising.suspend(record, on=day(4, 1), reason=" ", by=by, at=NOW)
    with pytest.raises(Refused):
        recognising.resume(record, on=day(4, 1), by=by, at=NOW)
    with pytest.raises(Refused):
        recognising.apply_recognition(record.case, by_employer=True, on=day(3, 10), by=by, at=NOW)
    record.refresh_from_db()
    assert (record.status, record.due_on) == ("accepted", day(5, 19))
    assert Entry.objects.count() == lines


def test_a_grade_follows_recognition_and_a_review_follows_a_year(cast: Cast) -> None:
    by, record = cast.district_official, accepted(cast)
    case = record.case
    with pytest.raises(Refused, match="还没有认定"):
        appraising.apply_appraisal(case, on=day(5, 1), by=by, at=NOW)
    recognising.decide(record, on=day(4, 20), outcome="recognised", clause="14", by=by, at=NOW)
    first = appraising.apply_appraisal(case, on=day(5, 1), by=by, at=NOW)
    assert first.due_on == day(6, 30)
    appraising.extend_appraisal(first, by=by, at=NOW)
    assert first.due_on == day(7, 30)
    with pytest.raises(NotAllowed):
        appraising.extend_appraisal(first, by=by, at=NOW)
    with pytest.raises(Refused, match="还没有结论"):
        appraising.apply_appraisal(case, on=day(6, 1), by=by, at=NOW)
    with pytest.raises(BadInput):
        appraising.grade(first, on=day(6, 1), grade=11, by=by, at=NOW)
    appraising.grade(first, on=day(6, 1), grade=9, by=by, at=NOW)
    with pytest.raises(Refused, match="2027-06-01"):
        appraising.apply_appraisal(case, on=day(11, 1), by=by, at=NOW)
    later = NOW + timedelta(days=300)
    second = appraising.apply_appraisal(case, on=date(2027, 6, 1), by=by, at=later)
    assert (second.no, case.appraisals.count()) == (2, 2)
