"""The pages: two routes of one size, a camera's post, a queue with masked names, figures."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from anlan.foundation.accounts.models import User
from anlan.identity.models import (
    CheckStatus,
    Face,
    FaceTry,
    IdentityCheck,
    Pictures,
    Route,
)
from anlan.identity.services import checks as acts
from anlan.identity.services.looking import answer_next_face, answer_next_try
from anlan.identity.tests.check_scenes import (
    HOSTS,
    a_check,
    a_face,
    a_learner,
    agree,
    hand_in,
    the_user,
)
from anlan.testing.cast import NOW, Cast
from anlan.testing.eyes import JPEG, ToldEyes, a_card
from anlan.vision.findings import Verdict

Enter = Callable[[User], Client]


def pictures(*times: float, **more: Any) -> dict[str, Any]:
    frames = [SimpleUploadedFile("f.jpg", JPEG, "image/jpeg") for _ in times]
    return {"frame": frames, "times": json.dumps(times), **more}


def test_the_two_routes_stand_side_by_side_as_buttons_of_one_kind(
    cast: Cast, browser_of: Enter
) -> None:
    person = a_learner(cast)
    check = a_check(person)
    url = reverse("identity:check", args=[check.uid])
    page = browser_of(the_user(person)).get(url).content.decode()
    routes = page[page.index('class="routes"') :]
    assert routes.count("btn btn-primary") == 2
    assert "btn-sm" not in routes
    a_face(person)
    page = browser_of(the_user(person)).get(url).content.decode()
    assert page[page.index('class="routes"') :].count("btn btn-primary") == 2


def test_a_camera_posts_a_card_and_frames_then_a_film(cast: Cast, browser_of: Enter) -> None:
    person = a_learner(cast)
    agree(person)
    check = a_check(person)
    client = browser_of(the_user(person))
    with time_machine.travel(NOW, tick=False) as clock:
        card = SimpleUploadedFile("card.jpg", JPEG, "image/jpeg")
        sent = pictures(0, 0.5, 1.0, card=card, check=str(check.uid))
        told = client.post(reverse("identity:face_enrol"), sent).json()
        assert told["url"] == f"{reverse('identity:face')}?check={check.uid}"
        assert client.get(reverse("identity:face_state")).json() == {"waits": True}
        ToldEyes.papers.append(a_card(person.name, person.id_number))
        answer_next_face(NOW)
        assert "人脸已登记" in client.get(told["url"]).content.decode()
        begun = client.post(reverse("identity:check_begin", args=[check.uid])).json()
        assert len(begun["steps"]) == 3
        assert begun["seconds"] <= 12
        clock.shift(timedelta(seconds=12))
        film = pictures(0, 4.0, 9.9, nonce=begun["nonce"], light="dark")
        agent: dict[str, Any] = {
            "HTTP_USER_AGENT": "Mozilla/5.0 (Linux; Android 9)",
            "HTTP_ACCEPT": "application/json",
        }
        assert client.post(begun["to"], film, **agent).json() == {"kept": 3}
        again = client.post(begun["to"], pictures(0, 9.9, nonce=begun["nonce"]), **agent)
        assert again.status_code == 409
        assert client.get(begun["state"]).json() == {"waits": True}
        answer_next_try(datetime.now(NOW.tzinfo))
        assert client.get(begun["state"]).json() == {"waits": False}
        page = client.get(reverse("identity:check", args=[check.uid])).content.decode()
    assert "已通过" in page
    one = FaceTry.objects.get()
    assert (one.device_band, one.light_band, one.frames) == ("android", "dark", 3)


@pytest.mark.parametrize(
    ("times", "count"),
    [("", 1), ("[0]", 0), ("[0, 1]", 1), ("[1, 0]", 2), ("[NaN]", 1), ("[0, 99]", 2), ('["a"]', 1), ("{}", 1),
     (json.dumps([n / 10 for n in range(60)]), 60)],
)  # fmt: skip
def test_a_film_that_makes_no_sense_is_refused_in_words_and_may_come_again(
    cast: Cast, browser_of: Enter, times: str, count: int
) -> None:
    person = a_learner(cast)
    a_face(person)
    check = a_check(person)
    with time_machine.travel(NOW, tick=False):
        one, challenge = acts.begin_try(check, by=the_user(person), at=NOW)
        sent = {
            "frame": [SimpleUploadedFile("f.jpg", JPEG) for _ in range(count)],
            "times": times,
            "nonce": challenge.nonce,
        }
        url = reverse("identity:check_frames", args=[one.uid])
        told = browser_of(the_user(person)).post(url, sent, HTTP_ACCEPT="application/json")
    assert told.status_code == 422
    assert told.json()["next_step"]
    one.refresh_from_db()
    assert one.posted_at is None
    assert not Pictures.objects.exists()


def test_no_picture_no_card(cast: Cast, browser_of: Enter) -> None:
    person = a_learner(cast)
    agree(person)
    url = reverse("identity:face_enrol")
    told = browser_of(the_user(person)).post(url, pictures(0, 1), HTTP_ACCEPT="application/json")
    assert (told.status_code, told.json()["message"]) == (422, "没有收到图片。")
    assert not Face.objects.exists()


def test_after_a_no_both_ways_on_are_offered_and_neither_blames(
    cast: Cast, browser_of: Enter
) -> None:
    person = a_learner(cast)
    a_face(person)
    check = a_check(person)
    client = browser_of(the_user(person))
    ToldEyes.verdicts.append(Verdict("no_match", ("not_alike",), 0.1, 0.9, 3))
    one, challenge = acts.begin_try(check, by=the_user(person), at=NOW)
    acts.post_frames(one, challenge.nonce, [(0.0, JPEG)], by=the_user(person), at=NOW)
    answer_next_try(NOW)
    url = reverse("identity:check", args=[check.uid])
    page = client.get(url).content.decode()
    assert "与登记的照片不像。请再试一次，或改走人工核验。" in page
    assert "还可以刷脸 3 次" in page
    client.post(reverse("identity:check_by_people", args=[check.uid]), {"route": "face"})
    page = client.get(url).content.decode()
    assert "复核中，可以先继续" in page
    assert "继续考试" in page


def test_the_queue_is_masked_and_a_decision_takes_the_card_and_a_word(
    cast: Cast, browser_of: Enter
) -> None:
    HOSTS[:] = [cast.provider]
    person = a_learner(cast)
    check = a_check(person)
    acts.go_on(check, route=Route.MANUAL, by=the_user(person), at=NOW)
    client = browser_of(cast.class_manager)
    page = client.get(reverse("identity:checks")).content.decode()
    assert "李*" in page
    assert person.name not in page
    url = reverse("identity:decide", args=[check.uid])
    page = client.get(url).content.decode()
    assert person.id_number not in page
    said = {"act": "confirm", "code": "", "reason": "手机不在身边，已当面核对"}
    assert client.post(url, said).status_code == 422
    assert client.post(url, {"act": "deny", "reason": ""}).status_code == 422
    assert IdentityCheck.objects.get().status == CheckStatus.REVIEW
    assert client.post(url, said | {"seen": "on"}).status_code == 302
    assert IdentityCheck.objects.get().status == CheckStatus.CONFIRMED
    assert client.get(url).status_code == 404


def test_outsiders_get_404_and_nothing_changes(cast: Cast, browser_of: Enter) -> None:
    HOSTS[:] = [cast.provider]
    person = a_learner(cast)
    a_face(person)
    check = a_check(person)
    one, _challenge = acts.begin_try(check, by=the_user(person), at=NOW)
    acts.go_on(check, route=Route.MANUAL, by=the_user(person), at=NOW)
    other = a_learner(cast, 8)
    own = [reverse(f"identity:{name}", args=[check.uid]) for name in ("check", "check_state")]
    post = [
        reverse(f"identity:{n}", args=[check.uid])
        for n in ("check_begin", "check_by_people", "check_appeal")
    ]
    post.append(reverse("identity:check_frames", args=[one.uid]))
    desk = reverse("identity:decide", args=[check.uid])
    for user in (the_user(other), cast.rival_manager, cast.safety_officer, cast.outsider):
        client = browser_of(user)
        assert {client.get(url).status_code for url in [*own, desk]} == {404}
        assert {client.post(url).status_code for url in [*post, desk]} == {404}
    for user in (cast.safety_officer, cast.trainer_user, the_user(other)):
        assert browser_of(user).get(reverse("identity:checks")).status_code == 404
        assert browser_of(user).get(reverse("identity:check_figures")).status_code == 404
    assert IdentityCheck.objects.get().status == CheckStatus.REVIEW


def test_an_official_sees_what_differs_with_the_number_masked(
    cast: Cast, browser_of: Enter
) -> None:
    person = a_learner(cast)
    agree(person)
    face = hand_in(person)
    ToldEyes.papers.append(a_card("李祥例", person.id_number))
    answer_next_face(NOW)
    client = browser_of(cast.district_official)
    assert (
        reverse("identity:decide_face", args=[face.uid])
        in client.get(reverse("identity:checks")).content.decode()
    )
    url = reverse("identity:decide_face", args=[face.uid])
    page = client.get(url).content.decode()
    assert "李祥例" in page
    assert person.id_number not in page
    assert client.post(url, {"act": "accept", "reason": "曾用名，已当面核对"}).status_code == 302
    assert Face.objects.get().status == "open"


def test_figures_say_what_they_count(cast: Cast, browser_of: Enter) -> None:
    city, url = browser_of(cast.city_official), reverse("identity:check_figures")
    page = city.get(url).content.decode()
    assert "还没有人刷过脸" in page
    assert "<table" not in page
    person = a_learner(cast)
    a_face(person)
    check = a_check(person)
    one, _ = acts.begin_try(check, by=the_user(person), at=NOW)
    FaceTry.objects.filter(pk=one.pk).update(answered_at=NOW, outcome="match")
    page = city.get(url).content.decode()
    assert "还没有人刷过脸" not in page
    assert "无数据" in page
    assert "误认" in page
