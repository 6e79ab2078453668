"""Faces against signatures: a tolerance, a difference, a camera that saw nobody."""

from anlan.classes.models import TrainingClass
from anlan.recordings.models import HeadCount
from anlan.supervision.detectors.heads import heads_against_signatures, nobody_to_be_seen
from anlan.supervision.models import TicketKind
from anlan.supervision.tests.scenes import count_heads, offline, the_rules
from anlan.testing.cast import Cast
from anlan.testing.classes import a_finished_class


def all_said(klass: TrainingClass) -> list[TicketKind]:
    rules = the_rules()
    found = [*heads_against_signatures([klass], rules), *nobody_to_be_seen([klass], rules)]
    return [one.kind for one in found]


def test_a_class_whose_people_are_seen_raises_nothing(cast: Cast) -> None:
    klass = a_finished_class(cast, learners=12)
    count_heads(klass, 12)
    assert all_said(klass) == []


def test_a_camera_that_misses_a_few_raises_nothing(cast: Cast) -> None:
    klass = a_finished_class(cast, learners=12)
    count_heads(klass, 7)
    assert all_said(klass) == []


def test_far_fewer_faces_than_signatures_is_a_doubt_for_each_half_day(cast: Cast) -> None:
    klass = a_finished_class(cast, learners=12)
    count_heads(klass, 3)
    found = list(heads_against_signatures([klass], the_rules()))
    assert len(found) == len(offline(klass))
    assert {one.key for one in found} == {f"head_count/{klass.uid}"}
    assert ("签到人数", "12 人") in found[0].facts
    assert ("画面最多人数", "3 人") in found[0].facts
    assert "待核实" in found[0].said
    assert not any("30%" in value for _, value in found[0].facts)


def test_recordings_that_were_not_counted_yet_say_nothing(cast: Cast) -> None:
    klass = a_finished_class(cast, learners=12)
    assert all_said(klass) == []
    count_heads(klass, 2)
    HeadCount.objects.update(frames=[])
    assert all_said(klass) == []


def test_a_class_without_a_face_is_one_doubt_and_no_other(cast: Cast) -> None:
    klass = a_finished_class(cast, learners=12)
    count_heads(klass, 0)
    assert all_said(klass) == [TicketKind.NO_FACE]
