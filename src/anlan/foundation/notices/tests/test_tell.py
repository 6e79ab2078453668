"""A fact is told once to each desk, and each desk is read by its owner alone."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from anlan.foundation.notices.models import Notice
from anlan.foundation.notices.queries import notices_of, unread_count
from anlan.foundation.notices.services import mark_read, tell
from anlan.testing.cast import NOW, Cast

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def told(cast: Cast, title: str = "开班申请已通过", dedupe: str = "class/c1/approved") -> None:
    tell([cast.class_manager, cast.safety_officer], title, at=NOW, dedupe=dedupe, url="/classes/")


def test_the_same_fact_is_told_once_to_each(cast: Cast) -> None:
    told(cast)
    told(cast, title="换了说法，还是同一件事")
    told_twice_in_one_breath = [cast.city_official, cast.city_official]
    tell(told_twice_in_one_breath, "一件事", at=NOW, dedupe="x")
    assert unread_count(cast.class_manager) == unread_count(cast.safety_officer) == 1
    assert unread_count(cast.city_official) == 1
    assert notices_of(cast.class_manager).get().title == "开班申请已通过"


def test_a_fact_that_was_read_is_not_told_again(cast: Cast) -> None:
    told(cast)
    mark_read(cast.class_manager, at=LATER)
    told(cast)
    assert unread_count(cast.class_manager) == 0


def test_another_fact_is_another_notice_and_the_newest_comes_first(cast: Cast) -> None:
    told(cast)
    tell([cast.class_manager], "名单有变化", at=LATER, dedupe="class/c1/roster")
    assert [n.title for n in notices_of(cast.class_manager)] == ["名单有变化", "开班申请已通过"]


def test_a_long_text_is_cut_and_nobody_to_tell_is_no_trouble(cast: Cast) -> None:
    tell([cast.outsider], "长文", at=NOW, dedupe="long", body="长" * 900)
    assert len(notices_of(cast.outsider).get().body) == 500
    tell([], "没有人", at=NOW, dedupe="none")
    assert Notice.objects.count() == 1


def test_reading_all_marks_only_one_s_own(cast: Cast) -> None:
    told(cast)
    client = Client()
    client.force_login(cast.class_manager, "django.contrib.auth.backends.ModelBackend")
    answer = client.post(reverse("notices:read_all"))
    assert (answer.status_code, answer["Location"]) == (302, reverse("notices:inbox"))
    assert unread_count(cast.class_manager) == 0
    assert unread_count(cast.safety_officer) == 1
    first = notices_of(cast.class_manager).get().read_at
    assert mark_read(cast.class_manager, at=LATER) == 0  # what was read keeps its moment
    assert notices_of(cast.class_manager).get().read_at == first


def test_the_inbox_shows_one_s_own_notices_and_no_other(cast: Cast) -> None:
    told(cast)
    client = Client()
    client.force_login(cast.class_manager, "django.contrib.auth.backends.ModelBackend")
    assert "开班申请已通过" in client.get(reverse("notices:inbox")).content.decode()
    client.force_login(cast.outsider, "django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("notices:inbox")).content.decode()
    assert "开班申请已通过" not in page
    assert "没有通知" in page


def test_reading_needs_a_post_and_a_login(cast: Cast) -> None:
    told(cast)
    client = Client()
    assert "login" in client.post(reverse("notices:read_all"))["Location"]
    client.force_login(cast.class_manager, "django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("notices:read_all")).status_code == 405
    assert unread_count(cast.class_manager) == 1
