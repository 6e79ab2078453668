"""The machine asks its coders, codes where it may, and never touches what a person has said."""

from datetime import timedelta

from anlan.foundation.ledger.models import Entry
from anlan.injuries.jobs import code_narratives
from anlan.injuries.models import Case, CodeSuggestion, SuggestionStatus, Why
from anlan.injuries.queries import coding, reviewing
from anlan.injuries.queries.cases import counted
from anlan.injuries.services import coders
from anlan.injuries.services import reviewing as services
from anlan.injuries.services.undoing import undo_batch
from anlan.injuries.tests.builders import a_line, imported
from anlan.injuries.tests.coding import (
    PART,
    SOURCE,
    TYPE,
    a_coding_city,
    a_version,
    set_rule,
)
from anlan.testing.cast import NOW, Cast
from anlan.testing.narratives import synthetic_cases, told

SURE = "在仓库从梯子上坠落，头部摔伤，送医。"
LATER = NOW + timedelta(hours=1)


def uncoded() -> int:
    return counted().filter(type_code="", source_code="", part_code="").count()


def statuses() -> set[str]:
    return set(CodeSuggestion.objects.values_list("status", flat=True))


def test_without_the_citys_word_everything_goes_to_people(cast: Cast) -> None:
    a_coding_city(cast)
    assert code_narratives(NOW) == 12
    assert code_narratives(NOW) == 0
    assert uncoded() == 12
    assert CodeSuggestion.objects.count() == 36
    assert statuses() == {"waiting"}
    found = CodeSuggestion.objects.filter(sure=True)
    assert found.count() > 20
    assert set(found.values_list("why", flat=True)) == {Why.EVERY}


def test_with_it_the_machine_codes_what_it_is_sure_of(cast: Cast) -> None:
    a_coding_city(cast, uncoded=60)
    set_rule("coding_unattended", True)
    set_rule("coding_sample_share", 0.2)
    code_narratives(NOW)
    truth = dict(
        zip(counted().order_by("pk").values_list("pk", flat=True), told(60, seed=8), strict=True)
    )
    applied = CodeSuggestion.objects.filter(status=SuggestionStatus.APPLIED).select_related("case")
    wrong = [o for o in applied if getattr(o.case, o.target) != getattr(truth[o.case_id], o.target)]
    assert applied.count() > 90
    assert len(wrong) < 10
    sampled = CodeSuggestion.objects.filter(why=Why.SAMPLE).select_related("case")
    assert 15 < len(sampled) < 60
    assert {getattr(one.case, one.target) for one in sampled} == {""}
    version = Case.objects.get(pk=applied[0].case_id).versions.get()
    assert set(version.values.values()) == {None}
    assert Entry.objects.filter(verb="narratives_coded").count() == 3


def test_what_waited_for_the_citys_word_alone_is_coded_once_it_comes(cast: Cast) -> None:
    a_coding_city(cast)
    code_narratives(NOW)
    sure = CodeSuggestion.objects.filter(sure=True)
    set_rule("coding_unattended", True)
    assert code_narratives(NOW) == sure.values("case").distinct().count() > 9
    assert not sure.exclude(status="applied").exclude(why=Why.SAMPLE).exists()
    assert code_narratives(NOW) == 0


def test_a_code_of_a_file_or_a_person_stays_and_nothing_is_asked_of_it(cast: Cast) -> None:
    a_coding_city(cast, uncoded=2)
    set_rule("coding_unattended", True)
    coded, plain = counted().order_by("pk")
    Case.objects.filter(pk=coded.pk).update(type_code="27", narrative=SURE)
    Case.objects.filter(pk=plain.pk).update(narrative="")
    code_narratives(NOW)
    coded.refresh_from_db()
    assert coded.type_code == "27"
    assert set(coded.suggestions.values_list("target", flat=True)) == {"source_code", "part_code"}
    assert not plain.suggestions.exists()


def test_a_person_who_is_quicker_than_the_machine_wins(cast: Cast, monkeypatch: object) -> None:
    """The case is changed between reading its text and writing what the coder said."""
    a_coding_city(cast, uncoded=1)
    set_rule("coding_unattended", True)
    read = coding.narratives

    def slowly(ids: object) -> object:
        found = read(ids)  # type: ignore[arg-type]
        Case.objects.update(type_code="27", changed_at=LATER)
        return found

    monkeypatch.setattr(coding, "narratives", slowly)  # type: ignore[attr-defined]
    code_narratives(NOW)
    assert Case.objects.get().type_code == "27"
    assert not CodeSuggestion.objects.exists()


def test_a_new_version_is_asked_again_what_waits_and_nothing_else(cast: Cast) -> None:
    a_coding_city(cast)
    code_narratives(NOW)
    question = reviewing.next_question(cast.city_official, NOW)
    assert question is not None
    services.decide_code(question, question.labels[0], by=cast.city_official, at=NOW)
    second = coders.put_in_use(a_version(TYPE, number=2), by=cast.city_official, at=NOW)
    assert code_narratives(LATER) == 11
    asked = CodeSuggestion.objects.filter(target="type_code")
    assert asked.filter(version=second).count() == 11
    assert asked.exclude(version=second).get() == question
    assert code_narratives(LATER) == 0


def test_a_type_of_the_old_list_on_a_day_of_the_new_goes_to_a_person(cast: Cast) -> None:
    a_coding_city(cast, uncoded=1)
    set_rule("coding_unattended", True)
    Case.objects.update(type_code="019")
    code_narratives(NOW)
    asked = CodeSuggestion.objects.get(target="type_code")
    assert (asked.why, asked.status, asked.for_people) == (Why.OLD_LIST, "waiting", True)
    assert sorted(asked.labels) == ["23", "24"]
    assert Case.objects.get().type_code == "019"


def test_without_a_coder_people_begin(cast: Cast) -> None:
    """So that a city can code its first narratives at all; a coder is asked once there is one."""
    synthetic_cases(3, coded=False)
    code_narratives(NOW)
    assert set(CodeSuggestion.objects.values_list("why", flat=True)) == {Why.NO_CODER}
    assert code_narratives(NOW) == 0
    for task in (TYPE, SOURCE, PART):
        coders.put_in_use(a_version(task), by=cast.city_official, at=NOW)
    assert code_narratives(LATER) == 3
    assert not CodeSuggestion.objects.filter(why=Why.NO_CODER).exists()


def test_figures_of_elsewhere_and_withdrawn_cases_are_never_asked_about(cast: Cast) -> None:
    imported([a_line(1, narrative=SURE)], cast.city_official)
    a_coding_city(cast, uncoded=1)
    Case.objects.filter(source=None).update(withdrawn_at=NOW)
    case = Case.objects.get(source_key="A1")
    case.source.foreign = True  # type: ignore[union-attr]
    case.source.save()  # type: ignore[union-attr]
    assert code_narratives(NOW) == 0


def test_a_file_that_says_nothing_leaves_the_code_and_one_that_does_wins(cast: Cast) -> None:
    a_coding_city(cast, uncoded=0)
    set_rule("coding_unattended", True)
    set_rule("coding_sample_share", 0)
    day = "2026-08-04"
    imported([a_line(1, injured_on=day, narrative=SURE)], cast.city_official)
    code_narratives(NOW)
    case = Case.objects.get()
    assert (case.type_code, case.source_code, case.part_code) == ("10", "3.22", "1.01")
    batch = imported(
        [a_line(1, injured_on=day, narrative=SURE, severity="重伤")], cast.city_official, at=LATER
    )
    case.refresh_from_db()
    assert (case.type_code, case.severity, batch.rows_changed) == ("10", "serious", 1)


def test_a_batch_can_be_taken_back_though_the_machine_has_coded_it(cast: Cast) -> None:
    a_coding_city(cast, uncoded=0)
    set_rule("coding_unattended", True)
    set_rule("coding_sample_share", 0)
    batch = imported([a_line(1, injured_on="2026-08-04", narrative=SURE)], cast.city_official)
    code_narratives(LATER)
    assert Case.objects.get().type_code == "10"
    undo_batch(batch, by=cast.city_official, at=LATER)
    assert Case.objects.get().withdrawn_at == LATER
