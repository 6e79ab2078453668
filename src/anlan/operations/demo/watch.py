"""What supervision has to do in the demonstration city: planted, synthetic, by the services.

The cause is planted where that is possible (a photo, a head count, an answer on the phone), and the
detectors find it; every ticket stands in another state.
"""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from PIL import Image, ImageDraw

from anlan.classes.models import Session, Status, TrainingClass
from anlan.classes.services.filing import file_attachment
from anlan.courses.models import Mode
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.services import keep
from anlan.lib.dates import local_date
from anlan.lib.refusals import Refused
from anlan.operations.story.troupe import Officials
from anlan.recordings.models import HeadCount
from anlan.supervision.jobs import print_photos
from anlan.supervision.models import CallBack, CallStatus, DrawMethod, Inquiry, Ticket, TicketKind
from anlan.supervision.services import calls, checks, looking, tickets

AS_RECORDED = {"came": "yes", "trainer": "agrees", "exam": "yes", "money": "no"}


@dataclass(frozen=True)
class Stage:
    """Who watches, and whose class manager answers."""

    today: datetime
    who: Officials
    manager: User

    def ago(self, days: float) -> datetime:
        return self.today - timedelta(days=days)


def put_on(stage: Stage, classes: Sequence[TrainingClass]) -> int:
    """Plant a few differences, let the detectors find them, take some further; how many tickets."""
    for klass in classes:
        klass.refresh_from_db()
    closed = [one for one in classes if one.status == Status.CLOSED]
    held = [one for one in classes if one.status == Status.RUNNING and _films(one)]
    _count_heads(stage, closed, held)
    _same_photo(stage, held)
    print_photos(stage.ago(4))
    looking.look_over([*closed, *held], at=stage.ago(4))
    _take_further(stage)
    for klass in closed:
        _call(stage, calls.draw_call_backs(klass, at=stage.ago(6)))
    _announce(stage)
    return Ticket.objects.count()


def _count_heads(
    stage: Stage, closed: Sequence[TrainingClass], held: Sequence[TrainingClass]
) -> None:
    """Closed classes: somewhat few in one half-day; the last one held: far too few in two."""
    for klass in closed:
        _heads(stage, klass, [9, 4])
    for klass in held[-1:]:
        _heads(stage, klass, [10, 3, 2])


def _heads(stage: Stage, klass: TrainingClass, seen: Sequence[int]) -> None:
    """One number a half-day; the first goes on to the last half-day when they run out."""
    for n, session in enumerate(_films(klass)):
        most = seen[n] if n < len(seen) else seen[0]
        frames = [{"second": 600 * k, "count": max(0, most - k % 2)} for k in range(1, 6)]
        for one in session.recordings.all():
            HeadCount.objects.create(recording=one, most=most, frames=frames, at=stage.ago(5))


def _films(klass: TrainingClass) -> list[Session]:
    found = klass.sessions.filter(mode=Mode.OFFLINE, recordings__isnull=False).distinct()
    return list(found.order_by("day", "half"))


def _same_photo(stage: Stage, held: Sequence[TrainingClass]) -> None:
    """A picture drawn by the programme, filed to two classes; the second smaller and squeezed."""
    for n, klass in enumerate(held[:2]):
        photo = _photo(stage, smaller=bool(n), at=stage.ago(6 - n))
        file_attachment(
            klass, photo, title="开班现场照片（演示）", by=stage.manager, at=stage.ago(6 - n)
        )


def _photo(stage: Stage, *, smaller: bool, at: datetime) -> StoredFile:
    image = a_drawn_room()
    if smaller:
        image = image.resize((480, 320))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=60 if smaller else 88)
    name = "现场照片2.jpg" if smaller else "现场照片.jpg"
    return keep([buffer.getvalue()], name=name, by=stage.manager, at=at)


def a_drawn_room() -> Image.Image:
    """A classroom of plain shapes: nobody's photo, and plainly so."""
    image = Image.new("RGB", (720, 480), "#d9d4c7")
    drawn = ImageDraw.Draw(image)
    drawn.rectangle((0, 330, 720, 480), fill="#a8977c")
    drawn.rectangle((220, 60, 500, 200), fill="#2f4a3c", outline="#7a5c38", width=8)
    drawn.rectangle((560, 50, 690, 210), fill="#bcd4e6", outline="#f2efe6", width=8)
    for n in range(18):
        row, column = divmod(n, 6)
        x, y = 70 + column * 112 + row * 14, 270 + row * 62
        shade = int(70 + 60 * abs(math.sin(n * 1.7)))
        drawn.ellipse((x - 20, y - 52, x + 20, y - 12), fill=(shade + 60, shade + 30, shade))
        drawn.rectangle((x - 30, y - 12, x + 30, y + 34), fill=(30 + shade // 2, 60, 90 + n * 6))
    return image


def _take_further(stage: Stage) -> None:
    """One is explained, one is asked about, one was dismissed and closed; the rest waits."""
    photo = Ticket.objects.filter(kind=TicketKind.PHOTO_TWICE).first()
    if photo is not None:
        inquiry = _ask(
            stage, photo, "两个班归档了同一张现场照片，请说明照片的拍摄时间和地点。", 3.5
        )
        said = "归档时误选了上一期的照片，已找到当天拍摄的原图，可提供核对。"
        tickets.answer_inquiry(inquiry, said, [], by=stage.manager, at=stage.ago(1))
    heads = Ticket.objects.filter(kind=TicketKind.HEAD_COUNT).order_by("-klass__first_day")
    running = heads.filter(klass__status=Status.RUNNING).first()
    if running is not None:
        _ask(stage, running, "请说明录像画面人数少于签到人数的原因，并提供可核对的材料。", 2)
    for one in heads.filter(klass__status=Status.CLOSED)[:1]:
        by = stage.who.district
        tickets.assign_ticket(one, by, by=by, at=stage.ago(3))
        why = "摄像机只拍到教室前半部，现场照片可见全部学员。"
        tickets.dismiss_ticket(one, why, by=by, at=stage.ago(2))
        tickets.close_ticket(one, by=by, at=stage.ago(2))


def _ask(stage: Stage, ticket: Ticket, question: str, days_ago: float) -> Inquiry:
    by, at = stage.who.district, stage.ago(days_ago)
    tickets.assign_ticket(ticket, by, by=by, at=at - timedelta(hours=2))
    return tickets.ask_provider(ticket, question, by=by, at=at)


def _call(stage: Stage, drawn: Sequence[CallBack]) -> None:
    """The first learner was reached and contradicts the records; the others are still to call."""
    for one in drawn[:1]:
        calls.finish_call(
            one,
            CallStatus.REACHED,
            answers=AS_RECORDED | {"exam": "helped"},
            remark="学员说考前收到过答案（演示）",
            by=stage.who.district,
            at=stage.ago(1),
        )


def _announce(stage: Stage) -> None:
    """A draw for this week or the next; the worker draws it as soon as the log has it."""
    today = local_date(stage.today)
    monday = today - timedelta(days=today.weekday())
    for week in (monday, monday + timedelta(days=7)):
        if _announced(stage, week):
            return


def _announced(stage: Stage, monday: date) -> bool:
    try:
        checks.announce_draw(
            monday=monday, method=DrawMethod.RISK, count=1, by=stage.who.city, at=stage.ago(0.1)
        )
    except Refused:  # no class that week
        return False
    return True
