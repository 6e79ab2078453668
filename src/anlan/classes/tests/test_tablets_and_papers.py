"""The class's page for learners without a phone: a tablet handed over, a paper keyed in twice."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from anlan.assessments.models import PaperKeying, PaperSheet, Sitting, TabletSitting
from anlan.assessments.services import print_papers
from anlan.classes.forms_live import moment_input
from anlan.classes.models import TrainingClass
from anlan.classes.tests.conftest import SetClock
from anlan.classes.tests.exam_scenes import MINUTE, an_exam, answers_of, the_sitting
from anlan.classes.tests.scenes import Enter, a_pdf
from anlan.foundation.ledger.models import Entry
from anlan.lib.dates import to_shanghai
from anlan.testing.cast import Cast


@pytest.fixture
def klass(cast: Cast, clock: SetClock) -> TrainingClass:
    found = an_exam(cast, learners=2)
    clock(the_sitting(found).opens_at)
    return found


@pytest.fixture
def sheet(cast: Cast, klass: TrainingClass) -> PaperSheet:
    sitting = the_sitting(klass)
    return print_papers([sitting], by=cast.class_manager, at=sitting.opens_at)[0]


def at(name: str, sheet: PaperSheet) -> str:
    return reverse(f"classes:{name}", args=[sheet.uid])


def letters(answers: dict[str, list[int]]) -> dict[str, str]:
    """As a clerk types them."""
    return {f"k-{no}": "".join("abcdefghij"[p] for p in chosen) for no, chosen in answers.items()}


def scanned(manager: Client, sheet: PaperSheet) -> int:
    began = to_shanghai(sheet.sitting.opens_at)
    sent = {
        "file": a_pdf("答卷.pdf"),
        "began_at": moment_input(began),
        "handed_at": moment_input(began + 50 * MINUTE),
    }
    return manager.post(at("paper_scan", sheet), sent).status_code


def now_of(sheet: PaperSheet) -> Sitting:
    return Sitting.objects.get(pk=sheet.sitting_id)


def test_a_tablet_is_handed_over_after_a_look_at_the_card(
    cast: Cast, browser_of: Enter, klass: TrainingClass
) -> None:
    sitting = the_sitting(klass)
    examiner = browser_of(cast.examiner)
    listed = examiner.get(reverse("classes:assist", args=[klass.uid])).content.decode()
    assert sitting.person.name in listed
    url = reverse("classes:tablet", args=[sitting.uid])
    asked = examiner.get(url).content.decode()
    assert sitting.person.id_number not in asked
    assert examiner.post(url, {}).status_code == 422
    assert not TabletSitting.objects.exists()
    link = examiner.post(url, {"checked": "id_card", "read_aloud": "on"}).headers["Location"]
    shown = examiner.get(link).content.decode()
    enter = re.findall(r'href="(/exams/tablet/enter/[^"]+)"', shown)[0]
    assert "<svg" in shown
    tablet = Client()
    assert sitting.person.name in tablet.get(enter).content.decode()
    assert tablet.post(enter).status_code == 302
    assert "开始考试" in tablet.get(reverse("assessments:tablet")).content.decode()
    assert TabletSitting.objects.get().checked_by == cast.examiner


def test_handing_over_the_own_device_logs_the_examiner_out(
    cast: Cast, browser_of: Enter, klass: TrainingClass
) -> None:
    sitting = the_sitting(klass)
    device = browser_of(cast.examiner)
    url = reverse("classes:tablet", args=[sitting.uid])
    link = device.post(url, {"checked": "id_card"}).headers["Location"]
    enter = re.findall(r'href="(/exams/tablet/enter/[^"]+)"', device.get(link).content.decode())[0]
    assert "退出登录" in device.get(enter).content.decode()
    device.post(enter)
    assert device.get(url).headers["Location"].startswith(reverse("accounts:login"))
    assert not device.cookies["anlan_pass"].value


def test_papers_are_printed_for_the_ticked_learners(
    cast: Cast, browser_of: Enter, klass: TrainingClass
) -> None:
    manager = browser_of(cast.class_manager)
    url = reverse("classes:print_papers", args=[klass.uid])
    assert manager.post(url, {}).status_code == 422
    sent = {"sittings": [str(the_sitting(klass, n).uid) for n in (0, 1)]}
    printed = manager.post(url, sent)
    assert printed.headers["Content-Type"] == "application/pdf"
    assert PaperSheet.objects.count() == 2
    sheet = PaperSheet.objects.all()[0]
    assert manager.get(at("paper_reprint", sheet)).content.startswith(b"%PDF")
    listed = manager.get(reverse("classes:assist", args=[klass.uid])).content.decode()
    assert sheet.code in listed


def test_two_people_key_in_and_the_paper_is_graded(
    cast: Cast, browser_of: Enter, clock: SetClock, sheet: PaperSheet
) -> None:
    clock(sheet.sitting.closes_at + 60 * MINUTE)
    manager, examiner = browser_of(cast.class_manager), browser_of(cast.examiner)
    assert scanned(manager, sheet) == 302
    right = answers_of(sheet.sitting, right=True)
    typed = letters(right)
    assert manager.post(at("paper_sheet", sheet), typed).status_code == 302
    assert "请另一个人登录后再录入" in manager.get(at("paper_sheet", sheet)).content.decode()
    assert manager.post(at("paper_sheet", sheet), typed).status_code == 409
    second = examiner.get(at("paper_sheet", sheet)).content.decode()
    assert "第二人录入" in second
    assert not re.search(r'class="letters[^>]*value="', second)
    assert now_of(sheet).score is None
    assert examiner.post(at("paper_sheet", sheet), typed).status_code == 302
    assert now_of(sheet).score == 100
    assert "100 分，合格" in manager.get(at("paper_sheet", sheet)).content.decode()


def test_what_differs_stands_side_by_side(
    cast: Cast, browser_of: Enter, clock: SetClock, sheet: PaperSheet
) -> None:
    clock(sheet.sitting.closes_at + 60 * MINUTE)
    manager, examiner = browser_of(cast.class_manager), browser_of(cast.examiner)
    scanned(manager, sheet)
    typed = letters(answers_of(sheet.sitting, right=True))
    manager.post(at("paper_sheet", sheet), typed)
    examiner.post(at("paper_sheet", sheet), typed | {"k-1": "", "k-2": ""})
    shown = examiner.get(at("paper_sheet", sheet)).content.decode()
    assert "两次录入不一致：2 题" in shown
    assert examiner.post(at("paper_sheet", sheet), {"d-1": "first"}).status_code == 422
    assert now_of(sheet).score is None
    decided = {"d-1": "first", "d-2": "other", "o-2": typed["k-2"]}
    assert examiner.post(at("paper_sheet", sheet), decided).status_code == 302
    assert now_of(sheet).score == 100


def test_a_slip_of_the_finger_keeps_what_was_typed(
    cast: Cast, browser_of: Enter, clock: SetClock, sheet: PaperSheet
) -> None:
    clock(sheet.sitting.closes_at + 60 * MINUTE)
    manager = browser_of(cast.class_manager)
    scanned(manager, sheet)
    answer = manager.post(at("paper_sheet", sheet), {"k-1": "Z", "k-2": "b"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "第 1 题没有 Z" in text
    assert 'value="b"' in text
    assert not PaperKeying.objects.exists()


def test_an_unused_paper_goes_back(cast: Cast, browser_of: Enter, sheet: PaperSheet) -> None:
    manager = browser_of(cast.class_manager)
    assert manager.post(at("paper_withdraw", sheet), {"reason": ""}).status_code == 422
    assert manager.post(at("paper_withdraw", sheet), {"reason": "带了手机"}).status_code == 302
    assert now_of(sheet).status == "ready"


def test_outsiders_find_no_tablet_and_no_paper(
    cast: Cast, browser_of: Enter, klass: TrainingClass, sheet: PaperSheet
) -> None:
    before, other = Entry.objects.count(), the_sitting(klass, 1)
    gets = [
        reverse("classes:assist", args=[klass.uid]),
        reverse("classes:tablet", args=[other.uid]),
        *(at(name, sheet) for name in ("paper_sheet", "paper_reprint", "paper_scan_file")),
    ]
    posts = [
        reverse("classes:print_papers", args=[klass.uid]),
        reverse("classes:tablet", args=[other.uid]),
        *(at(name, sheet) for name in ("paper_sheet", "paper_scan", "paper_withdraw")),
    ]
    for user in (cast.rival_manager, cast.city_official, cast.trainer_user, cast.safety_officer):
        client = browser_of(user)
        assert [client.get(url).status_code for url in gets] == [404] * len(gets)
        sent = {"checked": "id_card", "reason": "x", "sittings": [str(other.uid)]}
        assert [client.post(url, sent).status_code for url in posts] == [404] * len(posts)
    assert Entry.objects.count() == before
    assert not TabletSitting.objects.exists()
    assert now_of(sheet).status == "on_paper"
