"""Somewhere inside a lesson the page asks who learns, as often as the rule allows."""

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from anlan.courses.tests.scenes import a_learner, a_published_text
from anlan.foundation.rules.models import Rule
from anlan.identity.models import IdentityCheck
from anlan.testing.cast import Cast

Enter = Callable[[object], Client]


def test_a_lesson_asks_at_a_moment_of_the_servers_and_not_again(
    cast: Cast, browser_of: Enter
) -> None:
    lesson = a_published_text(cast.city_official)
    phone = browser_of(a_learner(cast).user)
    url = reverse("courses:lesson", args=[lesson.uid])
    assert "data-moment" not in phone.get(url).content.decode()
    Rule.objects.filter(key="identity.check_lesson_most").update(value=1)
    page = phone.get(url).content.decode()
    second = int(page.split('data-moment="')[1].split('"')[0])
    assert 0.2 * lesson.seconds - 1 <= second <= 0.8 * lesson.seconds
    phone.post(reverse("courses:identify", args=[lesson.uid]))
    check = IdentityCheck.objects.get()
    assert (check.subject, check.back) == (lesson.subject, url)
    phone.post(reverse("identity:check_by_people", args=[check.uid]), {"route": "manual"})
    assert "data-moment" not in phone.get(url).content.decode()
    assert "data-moment" not in browser_of(cast.city_official).get(url).content.decode()
