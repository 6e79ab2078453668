"""刷身份证: the reader types, the learner on the list is found, the number is never shown."""

import pytest
from django.urls import reverse

from anlan.attendance.models import Mark, MarkKind, Proof
from anlan.classes.cards import read_card
from anlan.classes.tests.conftest import SetClock
from anlan.classes.tests.scenes import Enter, a_learner, the_door
from anlan.foundation.ledger.models import Entry
from anlan.lib.refusals import BadInput
from anlan.testing.cast import Cast, an_id_number
from anlan.testing.classes import a_running_class

GOOD = an_id_number(300)


@pytest.mark.parametrize(
    "typed",
    [
        GOOD,
        f"{GOOD}\r\n",
        f" {GOOD[:17]}{GOOD[17].lower()} ",
        f"姓名：王建国\n性别：男\n住址：历下区样例路1号\n{GOOD}\n某某公安局",
        f"王建国|男|汉|19900101|{GOOD}|20200101-20400101",
        "".join(chr(ord(c) + 0xFEE0) for c in GOOD),
    ],
)
def test_the_number_is_found_however_the_reader_types(typed: str) -> None:
    assert read_card(typed) == GOOD


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "没有读到身份证号"),
        ("王建国", "没有读到身份证号"),
        (GOOD[:17], "没有读到身份证号"),
        (f"9{GOOD}9", "没有读到身份证号"),
        (GOOD[:17] + str((int(GOOD[17].replace("X", "0")) + 1) % 10), "校验位不符"),
    ],
)
def test_what_is_no_number_is_said_so(typed: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        read_card(typed)


def test_a_card_signs_its_holder_in_and_out(cast: Cast, browser_of: Enter, clock: SetClock) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    manager, person = browser_of(cast.class_manager), a_learner(klass)
    url = reverse("classes:card", args=[session.uid])
    for kind, moment in ((MarkKind.IN, register.starts_at), (MarkKind.OUT, register.ends_at)):
        clock(moment)
        page = manager.post(url, {"kind": kind, "card": f"王建国\n{person.id_number}\n"})
        assert page.status_code == 200
        assert f"{person.name} " in page.content.decode()
        assert person.id_number not in page.content.decode()
    marks = Mark.objects.values_list("kind", "proof", "by", "reason", "device")
    assert set(marks) == {
        (MarkKind.IN, Proof.ID_CARD, cast.class_manager.pk, "", ""),
        (MarkKind.OUT, Proof.ID_CARD, cast.class_manager.pk, "", ""),
    }
    leaf = Entry.objects.get(subject=register.subject, verb="signed_in").leaf
    assert "刷身份证" in leaf
    assert person.id_number not in leaf


@pytest.mark.parametrize("serial", [399, 999])
def test_a_card_of_nobody_here_gets_a_plain_answer_and_changes_nothing(
    cast: Cast, browser_of: Enter, clock: SetClock, serial: int
) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    clock(register.starts_at)
    number = an_id_number(serial)
    url = reverse("classes:card", args=[session.uid])
    page = browser_of(cast.class_manager).post(url, {"kind": "in", "card": number})
    assert f"{number[:4]}**********{number[-4:]} 不在这个班的名单上" in page.content.decode()
    assert number not in page.content.decode()
    assert not Mark.objects.exists()


def test_only_the_class_manager_reads_cards(cast: Cast, browser_of: Enter, clock: SetClock) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    clock(register.starts_at)
    sent = {"kind": "in", "card": a_learner(klass).id_number}
    url = reverse("classes:card", args=[session.uid])
    for user in (cast.trainer_user, cast.city_official, cast.rival_manager):
        assert browser_of(user).post(url, sent).status_code == 404
    assert not Mark.objects.exists()
