"""Hazards of the demonstration city: past ones in bulk, today's and two tips by the services."""

import io
import random
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from anlan.foundation.accounts.models import User
from anlan.foundation.codes.queries import accident_types
from anlan.foundation.files.models import StoredFile
from anlan.hazards.models import Grade, Hazard, Source, Tip, TipKind
from anlan.hazards.receipts import code_of, new_ticket
from anlan.hazards.services import rectifying, reporting, rewards, tips
from anlan.hazards.services.photos import keep_photos
from anlan.lib.dates import local_date
from anlan.operations.demo.hazard_history import History, Teller
from anlan.operations.demo.live import Stage
from anlan.operations.demo.past import Past
from anlan.operations.demo.people import Firm

# Names of either list of accident types; the one in force on the day decides.
FALLING, SHOCK, GAS = ("高处坠落",), ("触电",), ("可燃气体爆炸", "其他爆炸")
TWO_YEARS = timedelta(days=730)
Step = Callable[[Stage, Hazard, datetime], None]


def put_on(stage: Stage) -> int:
    """One in each state, one overdue, one closed long ago; two tips; how many hazards."""
    told = (
        (40, "三车间检修平台", "护栏缺一段，检修时人会掉下去", FALLING, Grade.GENERAL, _closed),
        (30, "罐区东侧围堰", "可燃气体报警器两处不响", GAS, Grade.MAJOR, _late),
        (9, "配电间门口", "电缆沟盖板破损，积水", SHOCK, Grade.GENERAL, _assigned),
        (5, "装卸台 2 号鹤管", "静电接地夹锈蚀，夹不牢", GAS, Grade.GENERAL, _rectified),
        (1, "一车间楼梯口", "应急灯不亮，夜班看不清台阶", FALLING, Grade.GENERAL, _nothing),
    )
    for days, place, what, risk, grade, further in told:
        at = stage.today - timedelta(days=days)
        by = stage.learner.user or stage.houses[0].officer
        report = reporting.Report(
            organization=stage.houses[0].organization,
            place=place,
            what=what,
            risk=_in_force(risk, at),
            grade=grade,
            nonce=uuid.uuid4(),
            photos=_photo(place, "#a3362c", by, at),
        )
        hazard, _ = reporting.report_hazard(
            report, source=Source.SELF_CHECK, by=by, at=at, synthetic=True
        )
        further(stage, hazard, at)
    _tips(stage)
    return len(told)


def write_past(past: Past, firms: Sequence[Firm], stage: Stage, count: int, *, seed: int) -> int:
    """So many hazards of the last two years, all over the city; how many there are."""
    city, district = stage.who.city, stage.who.district
    teller = Teller(
        chance=random.Random(f"{seed}/hazards"),
        since=stage.today - TWO_YEARS,
        today=stage.today,
        people=past.people,
        officers={f.organization.pk: f.officer for f in firms if f.officer},
        decider=lambda place: district if place == stage.district else city,
    )
    told = teller.hazards([firm.organization for firm in firms], count)
    before = _photo("before", "#a3362c", city, stage.today - TWO_YEARS)
    after = _photo("after", "#23694a", city, stage.today - TWO_YEARS)
    return History(told, before, after).write()


def _nothing(stage: Stage, hazard: Hazard, at: datetime) -> None:
    """Waits to be accepted."""


def _assigned(stage: Stage, hazard: Hazard, at: datetime) -> None:
    officer = stage.houses[0].officer
    reporting.accept_hazard(hazard, by=officer, at=at + timedelta(hours=2))
    rectifying.assign_hazard(hazard, stage.learner, by=officer, at=at + timedelta(hours=3))


def _late(stage: Stage, hazard: Hazard, at: datetime) -> None:
    """A major one that an official took on in time and nobody has assigned since."""
    reporting.accept_hazard(hazard, by=stage.who.district, at=at + timedelta(hours=5))


def _rectified(stage: Stage, hazard: Hazard, at: datetime) -> None:
    _assigned(stage, hazard, at)
    done = at + timedelta(days=3)
    by = stage.learner.user or stage.houses[0].officer
    photo = _photo(hazard.place, "#23694a", by, done)
    rectifying.rectify_hazard(hazard, "已更换，现场试过", photo, by=by, at=done)


def _closed(stage: Stage, hazard: Hazard, at: datetime) -> None:
    _rectified(stage, hazard, at)
    rectifying.close_hazard(
        hazard, "牢固，已销号", by=stage.who.district, at=at + timedelta(days=4)
    )


def _tips(stage: Stage) -> None:
    """One that waits and one that was borne out, its reward proposed."""
    _tell(stage, "夜班不戴安全带登高作业（演示）", TipKind.VIOLATION, 2)
    tip = _tell(stage, "反应釜安全阀被人为关闭（演示）", TipKind.MAJOR_HAZARD, 12)
    district = stage.who.district
    tips.take_tip(tip, by=district, at=stage.today - timedelta(days=11))
    at = stage.today - timedelta(days=6)
    tips.conclude_tip(tip, "现场核实属实，已责令恢复。", borne_out=True, by=district, at=at)
    rewards.propose_reward(tip, fine=Decimal(30_000), by=district, at=at)


def _tell(stage: Stage, told: str, kind: TipKind, days: int) -> Tip:
    telling = tips.Telling(
        kind=kind,
        district=stage.district,
        named=stage.houses[1].organization.name,
        told=told,
        place="二号厂房",
        contact="演示联系方式" if kind == TipKind.MAJOR_HAZARD else "",
    )
    at = stage.today - timedelta(days=days)
    return tips.file_tip(telling, code=code_of(new_ticket()), at=at, synthetic=True)


def _in_force(names: tuple[str, ...], at: datetime) -> str:
    return next(one.code for one in accident_types(local_date(at)) if one.name in names)


def _photo(words: str, colour: str, by: User, at: datetime) -> list[StoredFile]:
    """A plain drawing, nobody's photo and plainly so."""
    image = Image.new("RGB", (960, 640), "#d9d4c7")
    drawn = ImageDraw.Draw(image)
    drawn.rectangle((0, 430, 960, 640), fill="#a8977c")
    for n in range(9):
        if n != 4 or colour == "#23694a":
            drawn.rectangle((60 + n * 100, 250, 76 + n * 100, 430), fill=colour)
    drawn.rectangle((60, 250, 420 if colour != "#23694a" else 876, 266), fill=colour)
    drawn.rectangle((520, 250, 876, 266), fill=colour)
    out = io.BytesIO()
    image.save(out, "JPEG")
    upload = SimpleUploadedFile("demo.jpg", out.getvalue(), "image/jpeg")
    return keep_photos([upload], by=by, at=at)
