"""The same photo and the same film in two places."""

from datetime import timedelta

import pytest

from anlan.classes.models import TrainingClass
from anlan.classes.services.filing import film_session
from anlan.foundation.files.services import keep
from anlan.methods.tests.scenes import a_scene, jpeg, trimmed
from anlan.supervision.detectors.photos import same_photo
from anlan.supervision.detectors.videos import same_video_twice
from anlan.supervision.jobs import print_photos
from anlan.supervision.models import PhotoPrint
from anlan.supervision.tests.scenes import another_class, attach_photo, offline, the_rules
from anlan.testing.cast import NOW, Cast
from anlan.testing.classes import a_running_class


@pytest.fixture
def two(cast: Cast) -> tuple[TrainingClass, TrainingClass]:
    return a_running_class(cast), another_class(cast)


def test_photos_of_their_own_raise_nothing(
    cast: Cast, two: tuple[TrainingClass, TrainingClass]
) -> None:
    attach_photo(cast, two[0], jpeg(a_scene(1)))
    attach_photo(cast, two[0], jpeg(a_scene(1), 60))
    attach_photo(cast, two[1], jpeg(a_scene(2)))
    assert print_photos(NOW) == 3
    assert print_photos(NOW) == 0
    assert list(same_photo(two, the_rules())) == []


def test_a_reworked_copy_is_asked_about_in_the_later_class(
    cast: Cast, two: tuple[TrainingClass, TrainingClass]
) -> None:
    scene = a_scene(3)
    attach_photo(cast, two[0], jpeg(scene))
    copy = jpeg(trimmed(scene, 0.02).resize((240, 180)), 50)
    attach_photo(cast, two[1], copy, at=NOW + timedelta(days=1))
    print_photos(NOW)
    for seen in (two, two[:1], two[1:]):
        found = list({one.evidence: one for one in same_photo(seen, the_rules())}.values())
        assert [one.klass for one in found] == [two[1]]
    assert [one["own"] for one in found[0].pictures] == [True, True]
    assert "附件图片" in found[0].said


def test_what_is_no_picture_gets_an_empty_print_and_no_doubt(
    cast: Cast, two: tuple[TrainingClass, TrainingClass]
) -> None:
    for klass in two:
        attach_photo(cast, klass, b"no picture at all")
        attach_photo(cast, klass, jpeg(a_scene(1).resize((30, 30))))
    assert print_photos(NOW) == 4
    assert set(PhotoPrint.objects.values_list("code", flat=True)) == {""}
    assert list(same_photo(two, the_rules())) == []


def film(cast: Cast, klass: TrainingClass, no: int, content: bytes) -> None:
    session = offline(klass)[no]
    register = session.register
    assert register is not None
    at = register.ends_at + timedelta(hours=1)
    file = keep([content], name="课堂.mp4", by=cast.class_manager, at=at)
    film_session(
        session,
        file,
        starts_at=register.starts_at,
        ends_at=register.ends_at,
        by=cast.class_manager,
        at=at,
    )


def test_films_of_their_own_raise_nothing(
    cast: Cast, two: tuple[TrainingClass, TrainingClass]
) -> None:
    film(cast, two[0], 0, b"one")
    film(cast, two[0], 1, b"two")
    film(cast, two[1], 0, b"three")
    assert list(same_video_twice(two, the_rules())) == []


def test_one_film_for_two_half_days(cast: Cast, two: tuple[TrainingClass, TrainingClass]) -> None:
    film(cast, two[0], 0, b"same")
    film(cast, two[0], 1, b"same")
    film(cast, two[1], 0, b"same")
    found = list(same_video_twice([two[1]], the_rules()))
    assert [one.klass for one in found] == [two[0], two[1]]
    assert "完全相同" in found[0].said
