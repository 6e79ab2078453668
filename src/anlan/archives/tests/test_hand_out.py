"""Keys, opened copies and paper: to whom they go, for what reason, and that it is written down."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from anlan.archives import queries
from anlan.archives.models import Archive
from anlan.classes.models import TrainingClass
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry
from anlan.proofs.part_keys import read_keys
from anlan.proofs.verdict import Means, verify
from anlan.testing.builders import a_closed_class, the_worker_seals
from anlan.testing.cast import Cast

Browser = Callable[[User], Client]
TAKINGS = ("archive_keys_handed_out", "archive_opened_copy", "archive_printed")


@pytest.fixture
def klass(cast: Cast) -> TrainingClass:
    closed = a_closed_class(cast, learners=2)
    the_worker_seals()
    return closed


def of_class(klass: TrainingClass) -> Archive:
    return queries.archives_of(klass)[0]


def of_learner(klass: TrainingClass) -> tuple[Archive, User]:
    archive = queries.learner_archives_of(klass)[0]
    assert archive.enrolment
    user = archive.enrolment.person.user
    assert user
    return archive, user


def take(browser: Client, archive: Archive, what: str, reason: str = "审计抽查") -> Any:
    return browser.post(f"/archives/{archive.uid}/take", {"what": what, "reason": reason})


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def taken() -> list[Entry]:
    return list(Entry.objects.filter(verb__in=TAKINGS).order_by("id"))


def test_keys_open_the_archive_they_were_given_for_and_show_nobody_s_secret(
    klass: TrainingClass, cast: Cast, browser_of: Browser, tmp_path: Path
) -> None:
    archive = of_class(klass)
    for who in (cast.city_official, cast.district_official, cast.class_manager):
        answer = take(browser_of(who), archive, "keys")
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]
        line = taken()[-1]
        said = json.loads(line.leaf)
        assert (line.actor, line.subject) == (f"user/{who.uid}", archive.subject)
        assert (said["data"]["reason"], said["data"]["parts"]) == (
            "审计抽查",
            archive.parts.count(),
        )
    keys = read_keys(content(answer))
    assert verify(archive.file.path, Means([], keys)).ok
    for part in archive.parts.select_related("key"):
        assert part.key.secret not in content(answer).decode()
    other, _user = of_learner(klass)
    assert all(keys.key(str(other.uid), part.path) is None for part in other.parts.all())


def test_an_opened_copy_says_what_it_is_and_shows_full_names(
    klass: TrainingClass, cast: Cast, browser_of: Browser
) -> None:
    archive = of_class(klass)
    answer = take(browser_of(cast.class_manager), archive, "opened")
    with zipfile.ZipFile(io.BytesIO(content(answer))) as bag:
        names = bag.namelist()
        assert names[0] == "已开封副本-非封存件/已开封副本-非封存件.txt"
        assert archive.manifest_sha256 in bag.read(names[0]).decode()
        record = json.loads(bag.read("已开封副本-非封存件/personal/001.json"))
        assert not any(name.endswith(".enc") for name in names)
    assert record["name"] == "赵明安"
    assert not verify(archive.file.path).wrong  # the sealed file itself is untouched


def test_paper_has_every_document_with_one_run_of_page_numbers(
    klass: TrainingClass, cast: Cast, browser_of: Browser
) -> None:
    answer = take(browser_of(cast.class_manager), of_class(klass), "paper")
    pages = PdfReader(io.BytesIO(content(answer))).pages
    texts = ["".join(page.extract_text().split()) for page in pages]
    for number, text in enumerate(texts, start=1):
        assert f"第{number}页共{len(pages)}页" in text
        assert klass.number in text
    whole = "".join(texts)
    for shown in ("一期一档", "目录", "花名册", "签到记录", "成绩册", "培训评估报告", "四性检测表"):
        assert shown in whole, shown
    assert "赵明安" in whole
    assert f"/a/{klass.number}" in texts[0]


@pytest.mark.parametrize("what", ["keys", "opened", "paper"])
def test_without_a_reason_nothing_is_handed_out(
    klass: TrainingClass, cast: Cast, browser_of: Browser, what: str
) -> None:
    answer = take(browser_of(cast.city_official), of_class(klass), what, reason=" ")
    assert answer.status_code == 422
    assert "理由" in answer.content.decode()
    assert taken() == []


@pytest.mark.parametrize("what", ["keys", "opened", "paper", "record"])
def test_nobody_else_takes_anything(
    klass: TrainingClass, cast: Cast, browser_of: Browser, what: str
) -> None:
    outsiders = [
        cast.outsider,
        cast.rival_manager,
        cast.safety_officer,
        cast.trainer_user,
        cast.other_district_official,
        of_learner(klass)[1],
    ]
    for who in outsiders:
        assert take(browser_of(who), of_class(klass), what).status_code == 404, who
    other = queries.learner_archives_of(klass)[1]
    assert take(browser_of(of_learner(klass)[1]), other, what).status_code == 404
    assert taken() == []


def test_a_learner_reads_the_own_record_and_takes_own_keys_without_a_reason(
    klass: TrainingClass, browser_of: Browser
) -> None:
    archive, learner = of_learner(klass)
    browser = browser_of(learner)
    page = browser.get("/archives/mine/").content.decode()
    assert "打开我的档案" in page
    record = take(browser, archive, "record", reason="")
    assert content(record).startswith(b"%PDF")
    assert "inline" in record["Content-Disposition"]
    keys = read_keys(content(take(browser, archive, "keys", reason="")))
    assert {f.kind for f in verify(archive.file.path, Means([], keys)).findings} == {
        "ok",
        "unchecked",
    }
    reasons = {json.loads(line.leaf)["data"]["reason"] for line in taken()}
    assert reasons == {"本人查阅"}


def test_a_learner_cannot_print_the_class_by_way_of_the_own_archive(
    klass: TrainingClass, browser_of: Browser
) -> None:
    archive, learner = of_learner(klass)
    answer = take(browser_of(learner), archive, "paper", reason="")
    assert answer.status_code == 422
    assert taken() == []


def test_the_page_lists_who_took_what_once_somebody_did(
    klass: TrainingClass, cast: Cast, browser_of: Browser
) -> None:
    browser = browser_of(cast.city_official)
    page = f"/archives/class/{klass.uid}/"
    assert "最近取用" not in browser.get(page).content.decode()
    take(browser, of_class(klass), "keys", "审计抽查")
    said = browser.get(page).content.decode()
    assert "最近取用" in said
    assert "审计抽查" in said
