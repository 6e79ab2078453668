"""Visits of the demonstration city in every state, and self-inspections, all by the services."""

import io
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.services import give_role, open_account
from anlan.foundation.files.models import StoredFile
from anlan.hazards.services.photos import keep_photos
from anlan.lib.dates import local_date
from anlan.operations.demo.live import Stage
from anlan.operations.demo.people import Firm
from anlan.organizations.models import Organization
from anlan.visits.models import Outcome, Status, Visit
from anlan.visits.queries.checklists import items_of, lists_for
from anlan.visits.services import arranging, visiting
from anlan.visits.services.inspecting import Found, Walk, hand_in_self_check

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WISHES = (
    "检修多，请看动火和受限空间管理",
    "新上一条线，请看机械防护",
    "夏季高温，请看员工防护和应急",
    "外包队伍多，请看进场管理",
)
SEEN = {
    "general-ppe": ("装卸区", "两人没有扣紧下颌带，一人没有戴护目镜"),
    "general-exit": ("二号库", "北侧安全出口上了锁，钥匙在值班室"),
    "general-panel": ("包装间", "配电箱前堆了两摞纸箱，门打不开"),
    "general-extinguisher": ("一车间东墙", "一具灭火器压力在红区"),
    "general-platform": ("检修平台", "西侧护栏缺一段踢脚板"),
}
ADVISED = {"general-drill": "演练可以加一次夜班的，夜班只有六个人。"}
# How far each visit of a list of enterprises goes; the first is the expert's who can log in.
ENDS = (
    Status.REQUESTED,
    Status.ASSIGNED,
    Status.PROPOSED,
    Status.RUNNING,
    Status.VISITED,
    Status.SIGNED,
    Status.CONTESTED,
    Status.RECEIVED,
    Status.CONCLUDED,
    Status.CANCELLED,
)
CHECKED = 8


class _Played:
    """Plays one enterprise's visit up to a state, every step by who takes it."""

    def __init__(self, stage: Stage, firm: Firm, expert: User, serial: int) -> None:
        self.stage, self.expert, self.serial = stage, expert, serial
        self.body = firm.organization
        self.officer = firm.officer or stage.houses[0].officer
        self.official = stage.who.city

    def play(self, to: Status, *, visited: datetime) -> Visit:
        """`visited` is when the expert came or will come."""
        asked = visited - 9 * DAY
        visit = arranging.request_visit(
            self.body, WISHES[self.serial % len(WISHES)], by=self.officer, at=asked, synthetic=True
        )
        if to == Status.REQUESTED:
            return visit
        if to == Status.CANCELLED:
            arranging.cancel_visit(visit, "停产检修，明年再申请", by=self.officer, at=asked + DAY)
            return visit
        arranging.assign_expert(visit, self.expert, by=self.official, at=asked + DAY)
        if to == Status.ASSIGNED:
            return visit
        times = [visited, visited + DAY, visited + 2 * DAY]
        arranging.propose_times(visit, times, by=self.expert, at=asked + 2 * DAY)
        if to == Status.PROPOSED:
            return visit
        slot = visit.slots.get(starts_at=visited)
        arranging.choose_time(visit, slot, by=self.officer, at=asked + 3 * DAY)
        if to != Status.BOOKED:
            self._go(visit, to, visited)
        return visit

    def _go(self, visit: Visit, to: Status, at: datetime) -> None:
        gate = drawing("企业大门", self.expert, at)
        visiting.begin_visit(visit, None, gate, by=self.expert, at=at)
        if to == Status.RUNNING:
            return
        wanting = () if to == Status.CONCLUDED else self._wanting()
        walk = walk_at(self.body, self.expert, at + 3 * HOUR, wanting, self.serial, advice=True)
        visiting.end_visit(visit, walk, None, by=self.expert, at=at + 3 * HOUR)
        visit.refresh_from_db()
        if to == Status.VISITED:
            return
        signed = at + DAY
        summary = "现场秩序好，员工配合。最要紧的是把下面的不合格项先改掉。"
        advice = "一周内改完防护和通道；一个月内把检修作业票重新培训一遍。"
        visiting.sign_report(visit, summary, advice, by=self.expert, at=signed)
        if to == Status.CONTESTED:
            words = "灭火器前一天刚送检，照片里是备用的。"
            visiting.contest_report(visit, words, by=self.officer, at=signed + DAY)
        elif to != Status.SIGNED:
            visiting.receive_report(visit, by=self.officer, at=signed + DAY)
        if to == Status.CONCLUDED:
            visiting.conclude_visit(visit, "没有不合格项", by=self.expert, at=signed + 2 * DAY)

    def _wanting(self) -> tuple[str, ...]:
        keys = list(SEEN)
        return tuple(keys[(self.serial + n) % len(keys)] for n in range(1 + self.serial % 3))


def put_on(stage: Stage, firms: Sequence[Firm], expert: User) -> int:
    """Visits in each state, one booked for today, self-inspections; how many of both."""
    second = _second_expert(stage)
    first = Firm(stage.houses[0].organization, stage.houses[0].officer)
    neighbour = Firm(stage.houses[1].organization, stage.houses[1].officer)
    noon = stage.today.replace(minute=0, second=0, microsecond=0) + HOUR
    made = _Played(stage, first, expert, 1)
    made.play(Status.RECEIVED, visited=noon - 24 * DAY)
    _Played(stage, neighbour, expert, 0).play(Status.BOOKED, visited=noon)
    others = [one for one in firms if one.officer is not None]
    for serial, (to, firm) in enumerate(zip(ENDS, others, strict=False)):
        mine = firm.organization.key_industry == "hazchem" and to != Status.RUNNING
        ahead = to in (Status.REQUESTED, Status.ASSIGNED, Status.PROPOSED)
        visited = noon + 4 * DAY if ahead else noon - (1 + serial) * DAY
        if to == Status.RUNNING:
            visited = stage.today - HOUR
        played = _Played(stage, firm, expert if mine else second, serial)
        played.play(to, visited=visited)
    checks = [(first, 31), (first, 12), *((one, 3 + n) for n, one in enumerate(others[:CHECKED]))]
    for serial, (firm, days) in enumerate(checks):
        _self_check(stage, firm, stage.today - days * DAY, serial)
    return 2 + min(len(ENDS), len(others)) + len(checks)


def walk_at(
    body: Organization,
    by: User,
    at: datetime,
    wanting: Sequence[str],
    serial: int,
    *,
    advice: bool = False,
) -> Walk:
    """A walk that finds only what is named; counts vary from one to the next."""
    lists = lists_for(body, local_date(at))
    found = [_found(one.key, serial, wanting, advice) for one in items_of(lists)]
    answers = [
        Found(
            item=item,
            outcome=outcome,
            place=place,
            words=words,
            photos=drawing(place, by, at) if outcome == Outcome.WANTING else (),
            counts=(14 + serial % 5, 20) if item.measure else None,
        )
        for item, (outcome, place, words) in zip(items_of(lists), found, strict=True)
    ]
    return Walk(body, lists, answers, uuid.uuid4())


def _found(key: str, serial: int, wanting: Sequence[str], advice: bool) -> tuple[Outcome, str, str]:
    if key in wanting:
        return (Outcome.WANTING, *SEEN[key])
    if advice and key in ADVISED:
        return (Outcome.ADVICE, "", ADVISED[key])
    if key in ("general-other", "general-confined"):
        return (Outcome.ABSENT, "", "")
    return (Outcome.MET, "", "")


def _self_check(stage: Stage, firm: Firm, at: datetime, serial: int) -> None:
    officer = firm.officer or stage.houses[0].officer
    keys = list(SEEN)
    wanting = [keys[serial % len(keys)]] if serial % 2 == 0 else []
    walk = walk_at(firm.organization, officer, at, wanting, serial)
    hand_in_self_check(walk, by=officer, at=at, synthetic=True)


def _second_expert(stage: Stage) -> User:
    """Of every industry; nobody logs in as this one."""
    user = open_account(username="demo-expert-b", name="演示·综合专家", synthetic=True)
    at = stage.today - timedelta(days=300)
    give_role(user, Role.EXPERT, ScopeKind.CITY, "", by=stage.who.city, at=at, reason="演示")
    return user


def drawing(words: str, by: User, at: datetime) -> list[StoredFile]:
    """A plain drawing, nobody's photo and plainly so; each place has its own colours."""
    shade = sum(map(ord, words)) % 90
    image = Image.new("RGB", (960, 640), (206 - shade // 3, 210, 200 + shade // 4))
    drawn = ImageDraw.Draw(image)
    drawn.rectangle((0, 440, 960, 640), fill="#8d8574")
    drawn.rectangle((180, 160, 780, 440), fill=(120 + shade, 126, 132))
    for n in range(4):
        drawn.rectangle((220 + n * 140, 220, 310 + n * 140, 330), fill="#d7dfe2")
    drawn.rectangle((430, 340, 530, 440), fill="#5c4b3a")
    out = io.BytesIO()
    image.save(out, "JPEG")
    return keep_photos([SimpleUploadedFile("demo.jpg", out.getvalue(), "image/jpeg")], by=by, at=at)
