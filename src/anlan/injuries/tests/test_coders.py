"""Coders learn from what people and files have coded, and a city official says which one is asked."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry
from anlan.injuries.coders import coder_of, forget_coders
from anlan.injuries.jobs import code_narratives, learn_codes
from anlan.injuries.models import Case, CoderStatus, CoderVersion, CodeSuggestion
from anlan.injuries.queries import coders as queries
from anlan.injuries.queries import coding, material, reviewing
from anlan.injuries.services import coders
from anlan.injuries.services import reviewing as deciding
from anlan.injuries.tests.coding import (
    QUICK,
    SOURCE,
    TYPE,
    TYPE_1986,
    a_coding_city,
    a_version,
    set_rule,
)
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.testing.cast import NOW, Cast
from anlan.testing.narratives import synthetic_cases
from anlan.testing.scenes import remembered

Enter = Callable[[User], Client]
LATER = NOW + timedelta(days=1)


@remembered
def a_first_version(cast: Cast) -> CoderVersion:
    """Trained from 240 coded cases and in use; then 90 more were coded that it has not seen."""
    set_rule("coding_cases_min", 120)
    synthetic_cases(240)
    version = coders.ask_for_version(TYPE, by=cast.city_official, at=NOW)
    coders.train_next(at=NOW, recipe=QUICK)
    version.refresh_from_db()
    coders.put_in_use(version, by=cast.city_official, at=NOW)
    synthetic_cases(90, at=LATER, seed=11, first=date(2026, 8, 8))
    return version


def test_a_version_is_trained_measured_and_kept(cast: Cast) -> None:
    version = a_first_version(cast)
    assert (version.status, version.rows, version.is_synthetic) == (CoderStatus.READY, 240, True)
    assert version.figures["accuracy"] > 0.9
    low, high = version.figures["accuracy_ci"]
    assert low < version.figures["accuracy"] <= high
    assert [one["rows"] for one in version.figures["curve"]][-1] == version.figures["train_rows"]
    assert version.figures["compared"] is None
    assert version.card["corrected"] == 0
    said = coder_of(version).answer(["在仓库从梯子上坠落，头部摔伤。"]).guesses()[0]
    assert said.labels[0] == "10"
    assert Entry.objects.filter(subject=version.subject).count() == 3


def test_the_next_version_is_compared_on_what_neither_has_seen(cast: Cast) -> None:
    first = a_first_version(cast)
    coders.ask_for_version(TYPE, by=cast.city_official, at=LATER + timedelta(hours=1))
    coders.train_next(at=LATER + timedelta(hours=1), recipe=QUICK)
    second = CoderVersion.objects.get(number=2)
    compared = second.figures["compared"]
    assert compared["number"] == 1
    assert compared["cases"] <= 90
    assert compared["in_use"]["accuracy"] > 0.8
    assert second.card["previous"] == first.digest
    assert coding.in_use()[TYPE] == first  # nothing is put in use by itself


def test_a_file_that_was_altered_is_no_coder(cast: Cast) -> None:
    version = a_version(TYPE)
    version.card = {**version.card, "digest": "0" * 64}
    forget_coders()
    with pytest.raises(BadInput):
        coder_of(version)


def test_the_worker_asks_by_itself_once_enough_was_coded(cast: Cast) -> None:
    set_rule("coding_cases_min", 30)
    set_rule("coding_fresh_min", 20)
    synthetic_cases(29)
    assert learn_codes(NOW) == 0
    synthetic_cases(1, seed=3)
    assert learn_codes(NOW) == 3
    assert set(CoderVersion.objects.values_list("status", flat=True)) == {"waiting"}
    assert coders.ask_where_enough(at=NOW) == 0
    CoderVersion.objects.update(status=CoderStatus.FAILED, trained_at=NOW)
    synthetic_cases(19, at=LATER, seed=4)
    assert learn_codes(LATER) == 0
    synthetic_cases(1, at=LATER, seed=5)
    assert learn_codes(LATER) == 3


def test_too_little_to_learn_from_is_said_with_what_is_missing(cast: Cast) -> None:
    synthetic_cases(20)
    with pytest.raises(Refused, match="还差 280 条"):
        coders.ask_for_version(TYPE, by=cast.city_official, at=NOW)
    assert not CoderVersion.objects.exists()


def test_what_cannot_be_learnt_fails_aloud(cast: Cast) -> None:
    set_rule("coding_cases_min", 30)
    synthetic_cases(60)
    Case.objects.update(type_code="10")
    coders.ask_for_version(TYPE, by=cast.city_official, at=NOW)
    assert coders.train_next(at=NOW, recipe=QUICK) == 1
    version = CoderVersion.objects.get()
    assert version.status == CoderStatus.FAILED
    assert "同一个编码" in version.failure
    with pytest.raises(NotAllowed):
        coders.put_in_use(version, by=cast.city_official, at=NOW)


def test_machine_codes_teach_nothing_and_corrections_count_more(cast: Cast) -> None:
    set_rule("coding_unattended", True)
    set_rule("coding_sample_share", 0)
    a_coding_city(cast)
    code_narratives(NOW)
    assert CodeSuggestion.objects.filter(target="source_code", status="applied").exists()
    assert material.usable(SOURCE).count() == 0
    applied = CodeSuggestion.objects.filter(target="source_code", status="applied").first()
    assert applied is not None
    question = deciding.take_back_machine_code(applied, by=cast.city_official, at=NOW)
    deciding.decide_code(question, "3.27", by=cast.city_official, at=LATER)
    learnt = material.material_for(SOURCE, most=10)
    assert (learnt.cases.labels, learnt.cases.weights, learnt.reviewed) == (("3.27",), (3.0,), 1)
    assert list(learnt.known_at) == [LATER]
    assert learnt.synthetic == 1


def test_each_standard_has_its_own_material(cast: Cast) -> None:
    synthetic_cases(6, first=NOW.date() - timedelta(days=200))
    synthetic_cases(3)
    assert (material.usable(TYPE_1986).count(), material.usable(TYPE).count()) == (6, 3)
    assert material.usable(SOURCE).count() == 9


def test_the_city_goes_back_to_a_former_version(cast: Cast) -> None:
    first, second = a_version(TYPE), a_version(TYPE, number=2)
    coders.put_in_use(first, by=cast.city_official, at=NOW)
    coders.put_in_use(second, by=cast.city_official, at=LATER)
    assert coding.in_use() == {TYPE: second}
    with pytest.raises(NotAllowed):
        coders.put_in_use(second, by=cast.city_official, at=LATER)
    coders.put_in_use(first, by=cast.city_official, at=LATER)
    assert coding.in_use() == {TYPE: first}
    coders.take_out_of_use(first, by=cast.city_official, at=LATER)
    assert coding.in_use() == {}
    assert Entry.objects.filter(verb="coder_put_in_use").count() == 3


def test_what_people_made_of_it_is_told_with_intervals(cast: Cast, browser_of: Enter) -> None:
    a_coding_city(cast)
    code_narratives(NOW)
    for _ in range(6):
        question = reviewing.next_question(cast.city_official, NOW)
        assert question is not None
        deciding.decide_code(question, question.labels[0], by=cast.city_official, at=NOW)
    wrong = reviewing.open_questions(cast.city_official).filter(target="type_code").first()
    assert wrong is not None
    deciding.decide_code(wrong, "27", by=cast.city_official, at=NOW)
    told = queries.told_by_people(coding.in_use()[TYPE])
    assert (told["reviews"], told["accuracy"]) == (3, 0.6667)
    assert told["mistaken"] == [((wrong.labels[0], "27"), 1)]
    page = browser_of(cast.district_official).get(reverse("injuries:coders")).content.decode()
    assert "66.7%" in page
    assert "不代表真实中文案件" in page


def test_the_pages_say_what_is_missing_and_only_the_city_acts(
    cast: Cast, browser_of: Enter
) -> None:
    version = a_version(TYPE)
    city, district = browser_of(cast.city_official), browser_of(cast.district_official)
    listing, record = reverse("injuries:coders"), reverse("injuries:coder", args=[version.uid])
    assert "还差 <b>300</b> 条" in city.get(listing).content.decode()
    assert "启用这一版" in city.get(record).content.decode()
    assert "启用这一版" not in district.get(record).content.decode()
    use = reverse("injuries:coder_use", args=[version.uid])
    task = {"task": f"{TYPE.target}@{TYPE.system}"}
    for user in (cast.district_official, cast.safety_officer, cast.outsider):
        assert browser_of(user).post(use).status_code == 404
        assert browser_of(user).post(reverse("injuries:coder_train"), task).status_code == 404
    assert browser_of(cast.safety_officer).get(listing).status_code == 404
    assert coding.in_use() == {}
    assert city.post(use).status_code == 302
    assert coding.in_use() == {TYPE: version}
    assert city.post(reverse("injuries:coder_retire", args=[version.uid])).status_code == 302
    assert coding.in_use() == {}
    assert city.post(reverse("injuries:coder_train"), task).status_code == 409
    assert city.post(reverse("injuries:coder_train"), {"task": "x@y"}).status_code == 404
