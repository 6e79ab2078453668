"""The pages of kits: who sees them, what they say; and what a tablet asks without a login."""

import hashlib
import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from anlan.attendance.models import Mark
from anlan.classes.links import links_for
from anlan.classes.models import TrainingClass
from anlan.foundation.accounts.models import User
from anlan.kits.keys import BATCH, KIT, PHOTO, TABLET, kit_key
from anlan.kits.models import Conflict, Kit, Record, Tablet
from anlan.kits.queries import with_undecided
from anlan.kits.services import Wish
from anlan.kits.tests.tablets import JPEG, FakeTablet, all_sessions, first_register, learners
from anlan.testing.cast import Cast
from anlan.testing.classes import a_running_class

Enter = Callable[[User], Client]


@pytest.fixture
def klass(cast: Cast) -> TrainingClass:
    return a_running_class(cast)


@pytest.fixture
def clock(klass: TrainingClass, monkeypatch: pytest.MonkeyPatch) -> FakeTablet:
    """A tablet that has nothing yet; the server's clock is its own."""
    tablet = FakeTablet("一号车平板", first_register(klass).opens_at)
    for views in ("desk", "tablet"):
        monkeypatch.setattr(f"anlan.kits.views.{views}.now", lambda: tablet.clock)
    return tablet


@pytest.fixture
def taken(cast: Cast, klass: TrainingClass, clock: FakeTablet) -> FakeTablet:
    wish = Wish(sessions=all_sessions(klass))
    clock.take(klass, wish, by=cast.class_manager, at=clock.clock)
    return clock


def pages_of(klass: TrainingClass) -> list[str]:
    return [reverse(f"kits:{name}", args=[klass.uid]) for name in ("klass", "take", "review")]


def test_the_class_shows_the_way_to_who_may_go_it(cast: Cast, klass: TrainingClass) -> None:
    def has_link(user: User) -> bool:
        return "离线包" in [link.label for link in links_for(user, klass)]

    staff = (cast.class_manager, cast.examiner, cast.city_official, cast.district_official)
    assert all(has_link(user) for user in staff)
    assert not any(has_link(user) for user in (cast.safety_officer, cast.outsider))


def test_outsiders_find_nothing(
    cast: Cast, klass: TrainingClass, taken: FakeTablet, browser_of: Enter
) -> None:
    taken.sign_in(first_register(klass), learners(klass)[0])
    addresses = [*pages_of(klass), reverse("kits:kit", args=[taken.kit.uid])]
    for user in (cast.outsider, cast.rival_manager, cast.safety_officer):
        client = browser_of(user)
        assert {client.get(address).status_code for address in addresses} == {404}
        stop = reverse("kits:stop", args=[taken.row.uid])
        assert client.post(stop, {"reason": "捣乱"}).status_code == 404
    taken.row.refresh_from_db()
    assert taken.row.revoked_at is None


def test_an_official_looks_and_does_not_take(
    cast: Cast, klass: TrainingClass, taken: FakeTablet, browser_of: Enter
) -> None:
    client = browser_of(cast.district_official)
    page, take, review = [client.get(address) for address in pages_of(klass)]
    assert (page.status_code, take.status_code, review.status_code) == (200, 404, 200)
    assert "在这台平板上取离线包" not in page.content.decode()


def test_a_tablet_takes_a_kit_and_brings_it_home(
    cast: Cast, klass: TrainingClass, clock: FakeTablet, browser_of: Enter
) -> None:
    client = browser_of(cast.class_manager)
    assert kit_key() in client.get(pages_of(klass)[1]).content.decode()
    asked = {
        "name": clock.name,
        "key": clock.key,
        "proof": clock.sign(TABLET, clock.name),
        "days": 2,
        "sessions": all_sessions(klass),
    }
    made = client.post(
        reverse("kits:pack", args=[klass.uid]), asked, content_type="application/json"
    ).json()
    got = client.get(made["contents"])
    assert int(got["X-Kit-Length"]) == len(got.content)
    digest = hashlib.sha256(got.content).hexdigest()
    said = {"sha256": digest, "signature": clock.sign(KIT, f"{made['kit']}\n{digest}")}
    forged = said | {"signature": clock.sign(KIT, "anything")}
    assert client.post(made["kept"], forged, content_type="application/json").status_code == 422
    assert client.post(made["kept"], said, content_type="application/json").status_code == 200

    clock.kit, clock.row = Kit.objects.get(uid=made["kit"]), Tablet.objects.get(uid=made["tablet"])
    clock.sign_in(first_register(klass), learners(klass)[0], photo=hashlib.sha256(JPEG).hexdigest())
    stranger = Client()  # days later nobody is logged in
    batch = json.dumps(
        {
            "tablet": made["tablet"],
            "sent_at": clock.clock.isoformat(),
            "records": clock.written,
        }
    )
    body = {"batch": batch, "signature": clock.sign(BATCH, batch)}
    told = stranger.post(reverse("kits:sync"), body, content_type="application/json").json()
    assert (len(told["kept"]), told["stopped"], len(told["photos"])) == (1, False, 1)
    photo = {
        "HTTP_X_KIT_TABLET": made["tablet"],
        "HTTP_X_KIT_SIGNATURE": clock.sign(PHOTO, told["photos"][0]),
        "HTTP_ACCEPT": "application/json",
    }
    address = reverse("kits:photos")
    sent = stranger.post(address, JPEG, content_type="image/jpeg", **photo)
    assert sent.json() == {"kept": True, "new": True}
    assert Mark.objects.count() == 1


def test_who_signs_nothing_brings_nothing(taken: FakeTablet, klass: TrainingClass) -> None:
    taken.sign_in(first_register(klass), learners(klass)[0])
    batch = json.dumps(
        {"tablet": str(taken.row.uid), "sent_at": taken.clock.isoformat(), "records": taken.written}
    )
    body = {"batch": batch, "signature": taken.sign(KIT, batch)}
    told = Client().post(reverse("kits:sync"), body, content_type="application/json")
    assert told.status_code == 401
    assert "没有平板的有效签名" in told.json()["message"]
    wrong = Client().post(reverse("kits:photos"), b"x", content_type="image/jpeg")
    assert wrong.status_code == 422
    assert not Record.objects.exists()


def test_the_tablets_page_is_the_same_for_everybody_and_holds_nothing() -> None:
    page = Client().get(reverse("kits:app"))
    assert page.status_code == 200
    assert not page.cookies
    worker = Client().get(reverse("kits:worker"))
    assert worker["Content-Type"].startswith("text/javascript")
    kept = json.loads(worker.content.decode().split("self.KEEP = ")[1].split(";\n")[0])
    assert reverse("kits:app") in kept
    assert all(
        f'"{path}"' in page.content.decode() for path in kept if path.endswith((".js", ".css"))
    )
    assert Client().get(reverse("kits:manifest")).json()["scope"] == reverse("kits:app")


def test_both_versions_are_shown_and_the_manager_decides(
    cast: Cast, klass: TrainingClass, taken: FakeTablet, browser_of: Enter
) -> None:
    register, person = first_register(klass), learners(klass)[0]
    other = FakeTablet("二号车平板", taken.clock)
    other.take(klass, Wish(sessions=all_sessions(klass)), by=cast.class_manager, at=taken.clock)
    taken.sign_in(register, person)
    taken.sync()
    other.wait(25)
    other.sign_in(register, person, reason="没带证件")
    other.sync()
    taken.clock = other.clock
    conflict = Conflict.objects.get()

    waiting = with_undecided(TrainingClass.objects.all())  # what the manager's desk shows
    assert [(one.pk, vars(one)["undecided"]) for one in waiting] == [(klass.pk, 1)]
    review = reverse("kits:review", args=[klass.uid])
    masked = browser_of(cast.city_official).get(review).content.decode()
    assert person.name not in masked
    assert "记下这个处理" not in masked
    client = browser_of(cast.class_manager)
    page = client.get(review).content.decode()
    for words in (person.name, "时间相差 25 分钟", "二号车平板 第 1 条", "设备时间", "没带证件"):
        assert words in page

    decide = reverse("kits:decide", args=[conflict.uid])
    assert browser_of(cast.examiner).post(decide, {}).status_code == 404
    assert client.post(decide, {"choice": "tablet"}).status_code == 422
    answer = client.post(decide, {"choice": "tablet", "reason": "核对过"}, follow=True)
    assert "都核对完了" in answer.content.decode()
    assert Mark.objects.get().at == other.clock
    kit = client.get(reverse("kits:kit", args=[other.kit.uid])).content.decode()
    assert 'data-add-up="yes"' in kit
    assert "已核：采用平板记录" in kit


def test_a_lost_tablet_is_stopped(
    cast: Cast, klass: TrainingClass, taken: FakeTablet, browser_of: Enter
) -> None:
    client = browser_of(cast.class_manager)
    stop = reverse("kits:stop", args=[taken.row.uid])
    assert client.post(stop, {"reason": ""}).status_code == 422
    page = client.post(stop, {"reason": "在矿区遗失"}, follow=True)
    assert "已停用" in page.content.decode()
    taken.row.refresh_from_db()
    assert taken.row.reason == "在矿区遗失"
