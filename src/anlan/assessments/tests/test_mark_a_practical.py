"""An examiner marks a practical check, once, with a photo."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.test import RequestFactory

from anlan.assessments.forms import ChecklistForm
from anlan.assessments.models import Practical
from anlan.assessments.queries import practical_for
from anlan.assessments.services import mark_practical, schedule_practicals
from anlan.assessments.tests.builders import (
    HOUR,
    JPEG,
    a_checklist,
    a_file,
    a_learner,
    the_user,
)
from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.models import Entry
from anlan.foundation.ledger.queries import timeline
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.testing.cast import NOW, Cast

ALL_MET = {"a": True, "b": True, "c": True}


@pytest.fixture
def practical(cast: Cast) -> Practical:
    return schedule_practicals(
        [a_learner()], a_checklist(), opens_at=NOW, by=cast.class_manager, at=NOW
    )[0]


@pytest.fixture
def photo(cast: Cast) -> StoredFile:
    return a_file(JPEG, cast.examiner, "现场.jpg")


def untouched(practical: Practical) -> bool:
    practical.refresh_from_db()
    marked = Entry.objects.filter(verb="practical_marked").exists()
    return practical.score is None and practical.marks == {} and not marked


def test_every_item_met_passes_with_a_hundred(
    cast: Cast, practical: Practical, photo: StoredFile
) -> None:
    mark_practical(practical, marks=ALL_MET, photo=photo, remark="好", by=cast.examiner, at=NOW)
    practical.refresh_from_db()
    assert (practical.score, practical.passed, practical.examiner) == (100, True, cast.examiner)
    told = timeline([practical.subject])
    assert [line.sentence for line in told] == ["安排实操考核", "实操考核：100 分，合格"]
    assert practical.person.name not in Entry.objects.get(verb="practical_marked").leaf


@pytest.mark.parametrize(
    ("marks", "score", "passed"),
    [
        ({"a": False, "b": True, "c": True}, 80, True),
        ({"a": True, "b": True, "c": False}, 70, False),
        ({"a": True, "b": False, "c": True}, 50, False),
        ({"a": False, "b": False, "c": False}, 0, False),
    ],
)
def test_the_weights_decide_and_a_critical_item_fails_the_whole(
    cast: Cast,
    practical: Practical,
    photo: StoredFile,
    marks: dict[str, bool],
    score: int,
    passed: bool,
) -> None:
    mark_practical(practical, marks=marks, photo=photo, by=cast.examiner, at=NOW)
    assert (practical.score, practical.passed) == (score, passed)


def test_failing_only_a_light_critical_item_still_fails(cast: Cast, photo: StoredFile) -> None:
    checklist = a_checklist()
    checklist.items[0]["critical"] = True
    checklist.save()
    practical = schedule_practicals(
        [a_learner()], checklist, opens_at=NOW, by=cast.class_manager, at=NOW
    )[0]
    mark_practical(
        practical, marks={"a": False, "b": True, "c": True}, photo=photo, by=cast.examiner, at=NOW
    )
    assert (practical.score, practical.passed) == (80, False)


def test_a_missing_mark_is_named(cast: Cast, practical: Practical, photo: StoredFile) -> None:
    with pytest.raises(BadInput, match="第 2 项「系好安全带」"):
        mark_practical(
            practical, marks={"a": True, "c": True}, photo=photo, by=cast.examiner, at=NOW
        )
    assert untouched(practical)


def test_a_photo_is_compulsory(cast: Cast, practical: Practical) -> None:
    with pytest.raises(BadInput, match="缺少现场照片"):
        mark_practical(practical, marks=ALL_MET, photo=None, by=cast.examiner, at=NOW)
    assert untouched(practical)


def test_a_mark_for_an_unknown_item_is_refused(
    cast: Cast, practical: Practical, photo: StoredFile
) -> None:
    with pytest.raises(BadInput, match="不一致"):
        mark_practical(
            practical, marks=ALL_MET | {"z": True}, photo=photo, by=cast.examiner, at=NOW
        )
    assert untouched(practical)


def test_nobody_marks_before_the_opening(
    cast: Cast, practical: Practical, photo: StoredFile
) -> None:
    with pytest.raises(NotAllowed, match="还没有开始"):
        mark_practical(practical, marks=ALL_MET, photo=photo, by=cast.examiner, at=NOW - HOUR)
    assert untouched(practical)


def test_nobody_marks_their_own_practical(
    cast: Cast, practical: Practical, photo: StoredFile
) -> None:
    with pytest.raises(NotAllowed, match="不能给自己评分"):
        mark_practical(practical, marks=ALL_MET, photo=photo, by=the_user(practical.person), at=NOW)
    assert untouched(practical)


def test_a_practical_is_marked_once(cast: Cast, practical: Practical, photo: StoredFile) -> None:
    stale = Practical.objects.get(pk=practical.pk)
    mark_practical(practical, marks=ALL_MET, photo=photo, by=cast.examiner, at=NOW)
    none_met = dict.fromkeys(ALL_MET, False)
    with pytest.raises(NotAllowed, match="不会改变"):
        mark_practical(stale, marks=none_met, photo=photo, by=cast.examiner, at=NOW + HOUR)
    practical.refresh_from_db()
    assert (practical.score, practical.at) == (100, NOW)


def test_only_an_examiner_finds_a_practical(cast: Cast, practical: Practical) -> None:
    assert practical_for(cast.examiner, practical.uid) == practical
    for user in (cast.class_manager, cast.outsider, the_user(practical.person)):
        with pytest.raises(Practical.DoesNotExist):
            practical_for(user, practical.uid)


def a_form(practical: Practical, marks: dict[str, str], photo: bytes) -> ChecklistForm:
    files = {"photo": SimpleUploadedFile("现场.jpg", photo, "image/jpeg")} if photo else {}
    return ChecklistForm(practical.checklist, marks, files)


def test_the_form_reads_marks_and_photo(practical: Practical) -> None:
    form = a_form(practical, {"mark_1": "yes", "mark_2": "no", "mark_3": "yes"}, JPEG)
    assert form.is_valid()
    assert form.marks() == {"a": True, "b": False, "c": True}


def test_the_form_says_what_is_missing(practical: Practical) -> None:
    form = a_form(practical, {"mark_1": "yes"}, b"")
    assert not form.is_valid()
    said = str(form.errors)
    assert "第 2 项还没有判定" in said
    assert "缺少现场照片" in said
    page = render_to_string(
        "assessments/_checklist_form.html", {"form": form}, RequestFactory().get("/")
    )
    assert "系好安全带" in page
    assert "关键" in page
    assert "第 3 项还没有判定" in page
    assert "还差：第 2、3 项，现场照片。" in page


def test_a_text_file_is_no_photo(practical: Practical) -> None:
    form = a_form(practical, {"mark_1": "yes", "mark_2": "yes", "mark_3": "yes"}, b"hello")
    assert not form.is_valid()
    assert "不是照片" in str(form.errors["photo"])
