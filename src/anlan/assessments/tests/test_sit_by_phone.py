"""What a phone asks of the hot paths: sealed paper, start, save, submit, in whatever order."""

import base64
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from anlan.assessments.intake import hot
from anlan.assessments.intake.hot import ENDPOINTS
from anlan.assessments.models import Item as BankItem
from anlan.assessments.models import LateAnswer, Sitting
from anlan.assessments.queries import questions_shown
from anlan.assessments.services import submit_overdue, void_sitting
from anlan.assessments.tests.builders import (
    HOUR,
    a_full_bank,
    a_learner,
    a_sitting,
    right_answers,
    the_user,
    wrong_answers,
)
from anlan.foundation.intake import application, passes
from anlan.foundation.intake.endpoints import Item
from anlan.foundation.ledger.models import Entry
from anlan.lib.refusals import Refused
from anlan.testing.cast import NOW, Cast
from anlan.testing.intake import Door, Told

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
Clock = Callable[[datetime], None]


@dataclass
class Phone:
    """A learner's phone at the door."""

    door: Door
    sitting: Sitting
    device: str = "a" * 32

    def ask(self, path: str, **more: Any) -> Told:
        self.door.device = self.device
        return self.door.ask(f"exams/{path}", {"sitting": str(self.sitting.uid), **more})

    def start(self, **more: Any) -> Any:
        told = self.ask("start", **more)
        assert told.status == 200, told.body
        return told.json

    def save(self, *saves: tuple[int, list[int], int]) -> Told:
        return self.ask("save", saves=_saves(*saves))

    def submit(self, *saves: tuple[int, list[int], int]) -> Told:
        return self.ask("submit", saves=_saves(*saves))

    @property
    def row(self) -> Sitting:
        return Sitting.objects.get(pk=self.sitting.pk)


def _saves(*saves: tuple[int, list[int], int]) -> list[dict[str, Any]]:
    return [{"no": no, "chosen": chosen, "n": n, "at": 1} for no, chosen, n in saves]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Set what the intake reads as the time."""

    def turn(to: datetime) -> None:
        monkeypatch.setattr(application, "now", lambda: to)

    turn(NOW)
    return turn


@pytest.fixture
def phone(cast: Cast, clock: Clock) -> Phone:
    a_full_bank()
    sitting = a_sitting(a_learner(), cast.class_manager)
    return Phone(Door(ENDPOINTS, user=the_user(sitting.person)), sitting)


def opened(sealed: str, key: str, uid: str, *, packed: bool = False) -> list[dict[str, Any]]:
    """What WebCrypto does on the phone."""
    box = base64.b64decode(sealed)
    plain = AESGCM(base64.b64decode(key)).decrypt(box[:12], box[12:], uid.encode())
    found: list[dict[str, Any]] = json.loads(zlib.decompress(plain) if packed else plain)
    return found


@pytest.mark.parametrize("packed", [False, True])
def test_the_sealed_paper_opens_with_the_key_of_the_start_and_shows_what_the_page_shows(
    phone: Phone, clock: Clock, packed: bool
) -> None:
    clock(NOW - 2 * HOUR)
    ahead = phone.ask("seal", packed=packed).json
    assert phone.row.status == "ready"
    clock(NOW)
    begun = phone.start()
    assert begun["digest"] == ahead["digest"] == phone.row.paper
    assert "paper" not in begun
    paper = opened(ahead["sealed"], begun["key"], str(phone.sitting.uid), packed=packed)
    assert [(q["kind"], q["stem"], q["options"]) for q in paper] == [
        (q.kind, q.stem, [o.text for o in q.options]) for q in questions_shown(phone.row)
    ]
    assert {frozenset(q) for q in paper} == {frozenset({"kind", "stem", "options"})}


def test_nobody_elses_key_opens_it(phone: Phone, cast: Cast) -> None:
    other = a_sitting(a_learner(2, "李大山"), cast.class_manager)
    sealed = phone.ask("seal").json["sealed"]
    second = Phone(Door(ENDPOINTS, user=the_user(other.person)), other)
    key = second.start()["key"]
    with pytest.raises(InvalidTag):
        opened(sealed, key, str(phone.sitting.uid))


def test_the_paper_is_fetched_not_earlier_than_the_rule_says(phone: Phone, clock: Clock) -> None:
    clock(NOW - 25 * HOUR)
    told = phone.ask("seal")
    assert (told.status, phone.row.paper) == (409, "")
    assert "起可以预先下载" in told.json["message"]
    clock(NOW + 3 * HOUR)
    assert phone.ask("seal").status == 409


def test_before_the_opening_there_is_no_key(phone: Phone, clock: Clock) -> None:
    clock(NOW - SECOND)
    told = phone.ask("start")
    assert (told.status, "key" in told.json, phone.row.status) == (409, False, "ready")


def test_a_phone_that_can_open_nothing_gets_the_paper_with_the_start(phone: Phone) -> None:
    paper = phone.start(paper=True)["paper"]
    assert [q["stem"] for q in paper] == [q.stem for q in questions_shown(phone.row)]


def test_starting_again_gives_the_same_paper_deadline_and_answers(
    phone: Phone, clock: Clock
) -> None:
    begun = phone.start()
    phone.save((1, [0], begun["base"] + 1))
    clock(NOW + 10 * MINUTE)
    again = phone.start()
    assert (again["deadline"], again["digest"], again["base"]) == (
        begun["deadline"],
        begun["digest"],
        begun["base"],
    )
    assert again["answers"] == {"1": [[0], begun["base"] + 1]}
    assert again["now"] - begun["now"] == 600_000
    assert Entry.objects.filter(verb="sitting_started").count() == 1


def test_an_older_answer_that_comes_later_changes_nothing(phone: Phone) -> None:
    phone.start()
    assert phone.save((1, [1], 7), (2, [0], 3)).json["kept"] == 2
    assert phone.save((1, [0], 6), (2, [1], 3)).json["kept"] == 0
    assert phone.row.answers == {"1": [1], "2": [0]}
    assert phone.save((1, [], 8)).json["kept"] == 1
    assert phone.row.answers["1"] == []


def test_another_device_counts_as_newer_and_the_first_is_told(phone: Phone) -> None:
    first = phone.start()
    phone.save((1, [0], first["base"] + 5))
    other = Phone(phone.door, phone.sitting, device="b" * 32)
    taken = other.start()
    assert (first["moved"], taken["moved"]) == (False, True)
    assert taken["base"] > first["base"] + 5
    assert other.save((1, [1], taken["base"] + 1)).json["here"] is True
    late = phone.save((1, [0], first["base"] + 900), (2, [1], first["base"] + 901))
    assert late.json["here"] is False
    assert phone.row.answers == {"1": [1], "2": [1]}
    assert other.start()["moved"] is False


def test_handing_in_is_graded_once_and_answered_the_same_again(phone: Phone, clock: Clock) -> None:
    phone.start()
    right = right_answers(phone.row)
    told = phone.submit(*[(int(no), chosen, 1) for no, chosen in right.items()])
    assert (told.json["score"], told.json["passed"]) == ("100.0", True)
    clock(NOW + MINUTE)
    again = phone.submit(*[(int(no), chosen, 1) for no, chosen in right.items()])
    assert again.json | {"now": 0} == told.json | {"now": 0}
    wrong = phone.submit(*[(int(no), c, 2) for no, c in wrong_answers(phone.row).items()])
    assert (wrong.json["score"], wrong.json["apart"]) == ("100.0", 10)
    assert phone.row.answers == right
    assert Entry.objects.filter(verb="sitting_submitted").count() == 1


def test_within_the_grace_an_answer_counts_and_is_marked_as_late(
    phone: Phone, clock: Clock
) -> None:
    phone.start()
    clock(NOW + HOUR + 4 * SECOND)
    assert phone.save((1, [0], 1)).json["kept"] == 1
    assert (phone.row.answers, phone.row.late) == ({"1": [0]}, [1])


def test_after_the_grace_an_answer_is_laid_apart_once_and_never_counted(
    phone: Phone, clock: Clock
) -> None:
    phone.start()
    phone.save((1, [0], 1))
    clock(NOW + HOUR + 6 * SECOND)
    for _ in range(2):
        told = phone.save((1, [1], 3), (2, [1], 2))
        assert (told.status, told.json["kept"], told.json["apart"]) == (200, 0, 2)
    phone.save((1, [0], 2))
    assert phone.row.answers == {"1": [0]}
    kept = LateAnswer.objects.order_by("no").values_list("no", "chosen", "n", "device")
    assert list(kept) == [(1, [1], 3, "a" * 32), (2, [1], 2, "a" * 32)]
    submit_overdue(NOW + HOUR + 7 * SECOND)
    assert phone.save((3, [1], 1)).json["status"] == "submitted"
    assert LateAnswer.objects.count() == 3
    assert phone.row.score is not None


@pytest.mark.parametrize("path", ["seal", "start", "save", "submit"])
def test_somebody_elses_sitting_is_not_found_and_not_touched(
    cast: Cast, phone: Phone, path: str
) -> None:
    phone.start()
    before = Sitting.objects.values().get(pk=phone.sitting.pk)
    body = {"sitting": str(phone.sitting.uid), "saves": _saves((1, [0], 1))}
    for user in (cast.outsider, cast.class_manager, cast.examiner):
        assert phone.door.ask(f"exams/{path}", body, user=user).status == 404
    phone.door.user = None
    assert phone.door.ask(f"exams/{path}", body).status == 401
    assert Sitting.objects.values().get(pk=phone.sitting.pk) == before


@pytest.mark.parametrize("save", [(0, [0], 1), (11, [0], 1), (1, [5], 1), (5, [0, 1], 1)])
def test_what_the_paper_does_not_show_is_refused(
    phone: Phone, save: tuple[int, list[int], int]
) -> None:
    phone.start()
    assert phone.save((2, [0], 1), save).status == 422
    assert phone.submit(save).status == 422
    assert (phone.row.answers, phone.row.status) == ({}, "started")


def test_nothing_is_written_before_the_start_or_after_a_void(phone: Phone, cast: Cast) -> None:
    assert phone.save((1, [0], 1)).status == 409
    assert phone.submit().status == 409
    void_sitting(phone.row, by=cast.class_manager, at=NOW, reason="换期")
    assert phone.ask("start").status == 409
    assert (phone.row.status, phone.row.answers) == ("void", {})


def test_no_answer_of_the_hot_paths_tells_what_is_right(phone: Phone) -> None:
    told = [phone.ask("seal").body, phone.ask("start", paper=True).body]
    told.append(phone.save((1, [0], 1)).body)
    for words in ("解析第", "演示条例", "explanation", "basis", '"answer"', "score", "right"):
        assert not any(words.encode() in body for body in told)
    for item in BankItem.objects.filter(pk__in=[q["item"] for q in phone.row.questions]):
        assert not any(item.key.encode() in body for body in told)


def test_many_phones_in_one_group_are_each_answered_in_order(cast: Cast, clock: Clock) -> None:
    """One of them twice, one of them asking for somebody else's."""
    a_full_bank()
    mine = [a_sitting(a_learner(n, f"学员{n}"), cast.class_manager) for n in range(1, 4)]
    one, two, three = (_pass(sitting) for sitting in mine)
    asked = [(one, mine[0]), (one, mine[0]), (two, mine[2]), (three, mine[2]), (two, mine[1])]
    with transaction.atomic():
        told = hot.start([Item(who, hot.Start(s.uid, who.device), NOW) for who, s in asked])
    assert [isinstance(answer, Refused) for answer in told] == [False, False, True, False, False]
    assert Entry.objects.filter(verb="sitting_started").count() == 3
    saves = [hot.Saved(1, [0], 2), hot.Saved(1, [1], 1)]
    with transaction.atomic():
        told = hot.submit(
            [
                Item(one, hot.Submit(mine[0].uid, [saves[0]]), NOW),
                Item(one, hot.Submit(mine[0].uid, [saves[1]]), NOW),
                Item(three, hot.Submit(mine[2].uid), NOW),
            ]
        )
    assert told[0] == told[1]
    assert Entry.objects.filter(verb="sitting_submitted").count() == 2
    rows = Sitting.objects.order_by("pk").values_list("status", "answers")
    assert list(rows) == [("submitted", {"1": [0]}), ("started", {}), ("submitted", {})]


def _pass(sitting: Sitting) -> passes.Pass:
    user = the_user(sitting.person)
    return passes.read(passes.issue(user, at=NOW, device=f"{user.pk:032x}"), at=NOW)


def test_the_door_is_as_dear_for_many_as_for_one(cast: Cast, clock: Clock) -> None:
    """Queries of a group don't grow with it."""
    a_full_bank()
    counts = []
    serials = iter(range(1, 20))
    for many in (1, 8):
        mine = [a_sitting(a_learner(next(serials)), cast.class_manager) for _ in range(many)]
        who = [_pass(sitting) for sitting in mine]
        with CaptureQueriesContext(connection) as asked, transaction.atomic():
            hot.start([Item(w, hot.Start(s.uid), NOW) for w, s in zip(who, mine, strict=True)])
            hot.save(
                [
                    Item(w, hot.Keep(s.uid, [hot.Saved(1, [0], 1)]), NOW)
                    for w, s in zip(who, mine, strict=True)
                ]
            )
            hot.submit([Item(w, hot.Submit(s.uid), NOW) for w, s in zip(who, mine, strict=True)])
        counts.append(len(asked))
    assert counts[1] <= counts[0]
