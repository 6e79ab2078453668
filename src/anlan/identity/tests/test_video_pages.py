"""The pages of the video check: two ways of one size, a queue, both ends' letterboxes, strangers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from anlan.foundation.accounts.models import User
from anlan.foundation.notices.models import TextMessage
from anlan.identity.models import IdentityCheck, Route, VideoCall, VideoSignal
from anlan.identity.services import calls as call_acts
from anlan.identity.services import checks as acts
from anlan.identity.tests.check_scenes import HOSTS, a_check, a_learner, the_user
from anlan.identity.tests.test_video_check import SDP, talk
from anlan.testing.cast import NOW, Cast
from anlan.testing.queries import counted

Enter = Callable[[User], Client]
JSON: dict[str, Any] = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def check(cast: Cast) -> IdentityCheck:
    HOSTS[:] = [cast.provider]
    return a_check(a_learner(cast))


def asked(check: IdentityCheck) -> str:
    acts.go_on(check, route=Route.MANUAL, by=the_user(check.person), at=NOW)
    return reverse("identity:check", args=[check.uid])


def test_the_manual_route_offers_both_ways_of_one_size_and_the_way_on(
    check: IdentityCheck, browser_of: Enter
) -> None:
    url = asked(check)
    client = browser_of(the_user(check.person))
    with time_machine.travel(NOW, tick=False) as clock:
        page = client.get(url).content.decode()
        routes = page[page.index('class="routes"') :]
        assert routes.index("请在场的人核对") < routes.index("视频核对")
        assert routes.count("btn btn-primary") == 2
        assert "先继续考试" in routes
        assert reverse("identity:video", args=[check.uid]) in routes
        clock.shift(timedelta(days=5))
        client = browser_of(the_user(check.person))
        closed = client.get(url).content.decode()
        assert "2026年11月30日 周一 08:30 起有人值守" in closed
        video = client.get(reverse("identity:video", args=[check.uid])).content.decode()
        assert "现在没有工作人员做视频核对" in video
        assert "周一至周五 <span" in video
        assert "13:30–17:30" in video
        refused = client.post(reverse("identity:video_join", args=[check.uid]), **JSON)
        assert refused.status_code == 409
    assert not VideoCall.objects.exists()


def test_a_code_comes_again_at_the_pace_of_the_log_in(
    check: IdentityCheck, browser_of: Enter
) -> None:
    url = asked(check)
    client = browser_of(the_user(check.person))
    again = reverse("identity:check_code", args=[check.uid])
    with time_machine.travel(NOW, tick=False) as clock:
        assert "154****" in client.get(url).content.decode()
        clock.shift(timedelta(seconds=5))
        page = client.post(again, follow=True).content.decode()
        assert "验证码刚刚发过" in page
        assert TextMessage.objects.count() == 1
        clock.shift(timedelta(seconds=60))
        assert "已重新发送" in client.post(again, follow=True).content.decode()
        assert TextMessage.objects.count() == 2
        for _ in range(6):
            clock.shift(timedelta(seconds=61))
            page = client.post(again, follow=True).content.decode()
        assert "次数已满" in page
    assert TextMessage.objects.count() == 5


def test_two_browsers_find_each_other_through_the_site(
    cast: Cast, check: IdentityCheck, browser_of: Enter
) -> None:
    learner, desk = browser_of(the_user(check.person)), browser_of(cast.class_manager)
    with time_machine.travel(NOW, tick=False):
        urls = learner.post(reverse("identity:video_join", args=[check.uid]), **JSON).json()
        assert (urls["told"]["status"], urls["told"]["place"]) == ("waiting", 1)
        queue = desk.get(reverse("identity:checks")).content.decode()
        assert "接下一位" in queue
        assert check.person.name not in queue
        went = desk.post(reverse("identity:call_next"))
        call = VideoCall.objects.get()
        assert went["Location"] == reverse("identity:call", args=[call.uid])
        page = desk.get(went["Location"]).content.decode()
        assert check.person.name in page
        assert check.person.id_number[-4:] in page
        assert check.person.id_number not in page
        here, answer = urls["here"], urls["answer"]
        assert "offer" not in learner.post(here, **JSON).json()
        at_desk = {
            name: reverse(f"identity:call_{name}", args=[call.uid])
            for name in ("offer", "stands", "desk_here")
        }
        number = desk.post(at_desk["offer"], {"sdp": SDP}, **JSON).json()["round"]
        offer = learner.post(here, **JSON).json()["offer"]
        assert offer == {"round": number, "sdp": SDP, "ice": []}
        assert "answer" not in desk.post(at_desk["desk_here"], **JSON).json()
        learner.post(answer, {"round": number, "sdp": SDP}, **JSON)
        assert "offer" not in learner.post(here, **JSON).json()
        assert desk.post(at_desk["desk_here"], **JSON).json()["answer"]["sdp"] == SDP
        desk.post(at_desk["stands"], **JSON)
        assert learner.post(here, **JSON).json()["status"] == "talking"
    assert not VideoSignal.objects.exists()


def test_the_desk_decides_by_its_script_and_a_wrong_word_cuts_nothing(
    cast: Cast, check: IdentityCheck, browser_of: Enter
) -> None:
    call = talk(check, cast)
    desk, learner = browser_of(cast.class_manager), browser_of(the_user(check.person))
    url = reverse("identity:call_decide", args=[call.uid])
    said = {"act": "confirm", "seen": "on", "code": "", "reason": ""}
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        assert desk.post(url, said | {"seen": ""}, **JSON).status_code == 422
        assert desk.post(url, said, **JSON).status_code == 422
        assert VideoCall.objects.get().status == "talking"
        told = desk.post(url, said | {"reason": "手机不在身边"}, **JSON).json()
        assert "已确认本人" in desk.get(told["url"]).content.decode()
        end = learner.post(reverse("identity:call_here", args=[call.uid]), **JSON).json()
        assert (end["status"], end["end"]) == ("ended", "decided")
        page = learner.get(reverse("identity:check", args=[check.uid])).content.decode()
        assert "已确认本人" in page
        went = learner.get(reverse("identity:video", args=[check.uid]))
        assert went["Location"] == reverse("identity:check", args=[check.uid])


def test_a_closed_desk_gives_the_call_back_and_the_other_end_may_leave(
    cast: Cast, check: IdentityCheck, browser_of: Enter
) -> None:
    call = talk(check, cast)
    desk, learner = browser_of(cast.class_manager), browser_of(the_user(check.person))
    urls = {
        n: reverse(f"identity:call_{n}", args=[call.uid]) for n in ("back", "end", "here", "leave")
    }
    with time_machine.travel(NOW + timedelta(seconds=10), tick=False):
        desk.post(urls["back"], **JSON)
        assert learner.post(urls["here"], **JSON).json()["status"] == "waiting"
        assert desk.get(reverse("identity:call", args=[call.uid])).status_code == 302
        assert desk.post(urls["end"], **JSON).status_code == 404
        again = call_acts.take_next(by=cast.class_manager, at=NOW + timedelta(seconds=11))
        desk.post(urls["end"], {"end": "no_picture"}, **JSON)
        told = learner.post(urls["here"], **JSON).json()
        assert "接不通" in told["words"]
        assert again.pk == call.pk
        assert learner.post(urls["leave"], **JSON).json()["url"]
    assert VideoCall.objects.get().end == "no_picture"


def test_what_is_asked_every_few_seconds_asks_the_database_little(
    cast: Cast, check: IdentityCheck, browser_of: Enter
) -> None:
    call = talk(check, cast)
    for serial in (8, 9, 10):
        other = a_check(a_learner(cast, serial), f"sitting/{serial}")
        waiting = call_acts.join(other, by=the_user(other.person), at=NOW + timedelta(seconds=1))
    desk, learner = browser_of(cast.class_manager), browser_of(the_user(check.person))
    queued = browser_of(the_user(waiting.check_of.person))
    asks = {
        "identity:call_desk_here": (desk, call),
        "identity:call_here": (queued, waiting),
    }
    with time_machine.travel(NOW + timedelta(seconds=9), tick=False):
        for client in (desk, learner, queued):
            client.get(reverse("identity:checks"))  # the rules at hand, the reach of a session
        for name, (client, one) in asks.items():
            with counted(name):
                assert client.post(reverse(name, args=[one.uid]), **JSON).status_code == 200
        with counted("identity:calls"):
            part = desk.get(reverse("identity:calls"), headers={"HX-Request": "true"})
            assert "李*" in part.content.decode()
        assert desk.get(reverse("identity:calls")).headers["Location"] == reverse("identity:checks")
        with counted("identity:call"):
            desk.get(reverse("identity:call", args=[call.uid]))
        with counted("identity:check"):
            learner.get(reverse("identity:check", args=[check.uid]))


def test_outsiders_get_404_and_nothing_changes(
    cast: Cast, check: IdentityCheck, browser_of: Enter
) -> None:
    call = talk(check, cast)
    other = a_learner(cast, 8)
    learners = ("here", "answer", "leave")
    desks = ("desk_here", "offer", "stands", "back", "end", "decide")
    mine = [reverse(f"identity:call_{n}", args=[call.uid]) for n in learners]
    theirs = [reverse(f"identity:call_{n}", args=[call.uid]) for n in desks]
    page = reverse("identity:call", args=[call.uid])
    join = reverse("identity:video_join", args=[check.uid])
    for user in (the_user(other), cast.rival_manager, cast.safety_officer, cast.outsider):
        client = browser_of(user)
        assert {client.post(url).status_code for url in [*mine, *theirs, join]} == {404}
        assert client.get(page).status_code == 404
    colleague = browser_of(cast.district_official)
    assert {colleague.post(url).status_code for url in [*mine, *theirs]} == {404}
    assert colleague.get(page).status_code == 302
    learner = browser_of(the_user(check.person))
    assert {learner.post(url).status_code for url in theirs} == {404}
    assert (VideoCall.objects.get().status, VideoCall.objects.get().handler) == (
        "talking",
        cast.class_manager,
    )
