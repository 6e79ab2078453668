"""Lessons for the demonstration: a few short own texts, and a film drawn from words.

The film is a slide show made by ffmpeg in under a second; the worker makes its renditions.
"""

import io
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from anlan.assessments.models import Item
from anlan.courses.models import LessonKind, Module
from anlan.courses.services.films import keep_captions_text, take_source
from anlan.courses.services.lessons import draft_lesson, publish_lesson
from anlan.courses.services.pages import add_page
from anlan.courses.services.points import ask_at
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.services import keep
from anlan.lib.typeset import BUNDLED_FONTS
from anlan.recordings.live.ffmpeg import binary

TEXTS = Path(__file__).parent / "lessons"
FILM_MODULE = "hazchem-team-leader-hot-work"
SIZE = (640, 360)
SECONDS_A_CARD = 6
CARDS = (
    ("动火作业，六步再点火", "合成演示片，画面为文字"),
    ("一　开票", "谁批的、几级、到几点，票随人走"),
    ("二　隔离清洗", "加盲板或拆管，只关阀门不算"),
    ("三　检测", "取样到动火不超过 30 分钟"),
    ("四　清场", "可燃物搬开，接火盆、灭火器到位"),
    ("五　监护", "监护人一步不离，有权叫停"),
    ("六　收尾", "人走火灭，现场再看一遍"),
)


@dataclass(frozen=True)
class _Text:
    """One file: facts on top, pages below, told apart by a line of three dashes."""

    module: str
    title: str
    summary: str
    audience: str = "everyone"
    style: str = "course"
    asks: list[tuple[int, str]] = field(default_factory=list)
    pages: list[tuple[str, str]] = field(default_factory=list)


def put_on(by: User, today: datetime) -> int:
    """File the texts, published, and the film, waiting to be made; how many lessons."""
    at = today - timedelta(days=30)
    texts = list(_texts())
    for text in texts:
        _file(text, by, at)
    _film(by, at)
    return len(texts) + 1


def _texts() -> Iterator[_Text]:
    for path in sorted(TEXTS.glob("*.md")):
        head, *pages = path.read_text("utf-8").split("\n---\n")
        lines = [line.partition(": ") for line in head.splitlines()]
        asks = [value.split() for name, _, value in lines if name == "asks"]
        yield _Text(
            **{name: value for name, _, value in lines if name != "asks"},
            asks=[(int(after), key) for after, key in asks],
            pages=[_page(one) for one in pages],
        )


def _page(raw: str) -> tuple[str, str]:
    title, _, text = raw.partition("\n")
    return title.removeprefix("# "), text


def _file(text: _Text, by: User, at: datetime) -> None:
    lesson = draft_lesson(
        Module.objects.get(key=text.module),
        owner=None,
        kind=LessonKind.TEXT,
        title=text.title,
        summary=text.summary,
        audience=text.audience,
        style=text.style,
        by=by,
        at=at,
    )
    for title, words in text.pages:
        add_page(lesson, title=title, text=words, by=by, at=at)
    lesson.refresh_from_db()
    for after, key in text.asks:
        end = sum(page["seconds"] for page in lesson.pages[:after])
        item = Item.objects.get(key=key, bank__owner=None)
        ask_at(lesson, second=end, item=item, by=by, at=at)
    publish_lesson(lesson, by=by, at=at)


def _film(by: User, at: datetime) -> None:
    """The worker makes its renditions and publishes it; that takes some seconds."""
    lesson = draft_lesson(
        Module.objects.get(key=FILM_MODULE),
        owner=None,
        kind=LessonKind.VIDEO,
        title="动火作业六步（合成演示片）",
        summary="四十秒，开工前再看一眼。",
        style="micro",
        by=by,
        at=at,
    )
    take_source(lesson, drawn_film(by, at), publish=True, by=by, at=at)
    keep_captions_text(lesson, _captions(), by=by, at=at)


def drawn_film(by: User, at: datetime) -> StoredFile:
    """A slide show with a quiet tone, 640 × 360, five frames a second."""
    with tempfile.TemporaryDirectory() as folder:
        for no, (head, words) in enumerate(CARDS):
            (Path(folder) / f"{no:02}.png").write_bytes(_card(no, head, words))
        film = Path(folder) / "film.mp4"
        seconds = len(CARDS) * SECONDS_A_CARD
        command = [binary(), "-hide_banner", "-loglevel", "error", "-nostdin"]
        command += ["-framerate", f"1/{SECONDS_A_CARD}", "-i", f"{folder}/%02d.png"]
        command += ["-f", "lavfi", "-i", f"sine=frequency=220:sample_rate=22050:duration={seconds}"]
        command += ["-af", "volume=0.03", "-c:a", "aac", "-b:a", "32k", "-r", "5"]
        command += ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "stillimage"]
        command += ["-pix_fmt", "yuv420p", str(film)]
        subprocess.run(command, check=True, timeout=60)
        return keep([film.read_bytes()], name="动火作业六步.mp4", by=by, at=at)


def _card(no: int, head: str, words: str) -> bytes:
    picture = Image.new("RGB", SIZE, (244, 242, 238))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 12, SIZE[1]), fill=(31, 92, 153))
    draw.text((56, 96), head, fill=(30, 39, 49), font=_font("NotoSansSC-Bold", 44))
    draw.text((56, 176), words, fill=(85, 96, 108), font=_font("NotoSansSC-Regular", 27))
    draw.text((56, 318), "合成演示", fill=(138, 88, 0), font=_font("NotoSansSC-Regular", 18))
    for dot in range(len(CARDS)):
        colour = (31, 92, 153) if dot <= no else (207, 202, 192)
        draw.ellipse((420 + dot * 28, 322, 432 + dot * 28, 334), fill=colour)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(BUNDLED_FONTS / f"{name}.ttf"), size)


def _captions() -> str:
    lines = ["WEBVTT", ""]
    for no, (head, words) in enumerate(CARDS):
        begin, end = no * SECONDS_A_CARD, (no + 1) * SECONDS_A_CARD
        lines += [f"00:00:{begin:02}.000 --> 00:00:{end:02}.000", f"{head}：{words}", ""]
    return "\n".join(lines)
