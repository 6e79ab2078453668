"""Lessons and tiny films that stories begin with."""

import io
import subprocess
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from anlan.assessments.models import Bank, Item
from anlan.courses.films.making import make_next
from anlan.courses.models import Lesson, Making, MakingStatus, Module
from anlan.courses.services.films import take_source
from anlan.courses.services.lessons import draft_lesson, publish_lesson
from anlan.courses.services.pages import add_page
from anlan.foundation.accounts.models import User
from anlan.foundation.accounts.services import open_account
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.services import keep
from anlan.identity.models import Person
from anlan.identity.services import employ, register_person
from anlan.lib.dates import local_date
from anlan.organizations.models import Organization
from anlan.recordings.live.ffmpeg import binary
from anlan.testing.cast import NOW, Cast, an_id_number


def a_module(key: str = "test-module") -> Module:
    return Module.objects.get_or_create(
        key=key, defaults={"title": "受限空间（测试）", "kind": "special", "hours": 4}
    )[0]


def a_lesson(
    by: User, kind: str = "text", *, owner: Organization | None = None, title: str = "一课"
) -> Lesson:
    return draft_lesson(a_module(), owner=owner, kind=kind, title=title, by=by, at=NOW)


def a_text(by: User, pages: int = 2, *, owner: Organization | None = None) -> Lesson:
    """A draft with some pages of fifteen to twenty seconds each."""
    lesson = a_lesson(by, owner=owner)
    for no in range(pages):
        add_page(
            lesson, title=f"第 {no + 1} 节", text="先通风，再检测，后作业。" * 8, by=by, at=NOW
        )
    lesson.refresh_from_db()
    return lesson


def a_published_text(by: User, *, owner: Organization | None = None) -> Lesson:
    lesson = a_text(by, owner=owner)
    publish_lesson(lesson, by=by, at=NOW)
    return lesson


def an_item(owner: Organization | None = None, *, key: str = "t-1") -> Item:
    bank = Bank.objects.get_or_create(title="题库（测试）", owner=owner, defaults={"at": NOW})[0]
    return Item.objects.create(
        bank=bank,
        key=key,
        kind="single",
        stem="进罐前先做什么？",
        options=["直接进", "先检测气体", "先点火"],
        answer=[1],
        explanation="检测合格才能进。",
        fingerprint=key,
    )


def a_learner(cast: Cast) -> Person:
    person, _ = register_person(
        name="赵明安",
        id_number=an_id_number(700),
        phone="13800007000",
        by=cast.safety_officer,
        at=NOW,
        synthetic=True,
    )
    employ(person, cast.enterprise, on=local_date(NOW), by=cast.safety_officer)
    person.user = open_account(username="learner", name="赵明安", synthetic=True)
    person.save(update_fields=["user"])
    return person


@cache
def film_bytes(size: str = "320x240", seconds: float = 3, turned: bool = False) -> bytes:
    """A test picture with a tone, as small as it gets."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        command = [binary(), "-hide_banner", "-loglevel", "error", "-nostdin"]
        command += ["-f", "lavfi", "-i", f"testsrc=size={size}:rate=5:duration={seconds}"]
        command += ["-f", "lavfi", "-i", f"sine=frequency=300:duration={seconds}"]
        command += ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-shortest"]
        subprocess.run([*command, str(path)], check=True, timeout=60)
        return path.read_bytes()


def a_file(content: bytes, name: str, by: User, at: datetime = NOW) -> StoredFile:
    return keep([content], name=name, by=by, at=at)


def a_film_lesson(by: User, content: bytes | None = None, *, publish: bool = False) -> Lesson:
    """A draft whose film waits to be made."""
    lesson = a_lesson(by, "video", title="一部片子")
    file = a_file(film_bytes() if content is None else content, "film.mp4", by)
    take_source(lesson, file, publish=publish, by=by, at=NOW)
    return lesson


def work_through(lesson: Lesson, most: int = 9) -> Making:
    """What the worker does until the lesson is made or has failed."""
    for _ in range(most):
        make_next(NOW)
        making = Making.objects.get(lesson=lesson)
        if making.status in (MakingStatus.DONE, MakingStatus.FAILED):
            lesson.refresh_from_db()
            return making
    raise AssertionError(f"still {making.status} after {most} steps")


def a_picture(size: tuple[int, int] = (40, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 220, 240)).save(out, "PNG")
    return out.getvalue()


def a_pdf(pages: int = 2) -> bytes:
    out = io.BytesIO()
    first, *more = [Image.new("RGB", (160, 90), (20 * n, 90, 120)) for n in range(pages)]
    first.save(out, "PDF", save_all=True, append_images=more)
    return out.getvalue()
