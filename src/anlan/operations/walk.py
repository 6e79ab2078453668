"""The main job without a browser: one class from registration to sealed archive, step by step."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.utils.timezone import now

from anlan.archives.jobs import seal_closed_classes
from anlan.archives.models import Archive, Certificate
from anlan.archives.services.opening import keys_of
from anlan.attendance.models import MarkKind
from anlan.bookings import services as bookings
from anlan.bookings.models import Booking, BookingStatus
from anlan.classes import queries
from anlan.classes.models import ChangeKind, Enrolment, Status, TrainingClass
from anlan.classes.services import applications, changes, closing, door, enrolments, reviews
from anlan.courses.models import Mode, Syllabus
from anlan.foundation.files.services import keep
from anlan.foundation.ledger.models import Entry
from anlan.foundation.ledger.receipts import receipt_of
from anlan.foundation.ledger.sequencer import public_key, sequence
from anlan.identity.services import register_person
from anlan.lib.dates import local_date
from anlan.lib.refusals import Refused
from anlan.operations.shipped import load_everything
from anlan.operations.story import acts, troupe
from anlan.operations.story.names import Inventor
from anlan.proofs.receipt import check
from anlan.proofs.verdict import Means, verify

DISTRICT = "370112"
LEARNERS = 9  # eight come with the booking, one walks in


class WalkFailed(Exception):
    """A step did not end as it must."""


@dataclass(frozen=True)
class Step:
    """One printed step: what was done, what came of it, how many ledger lines stand now."""

    name: str
    said: str
    ledger: int
    ms: int


@dataclass
class Walk:
    """The story's state between steps. Business time runs from 30 days ago until now."""

    today: datetime = field(default_factory=now)
    inventor: Inventor = field(default_factory=lambda: Inventor(20211231))
    keep_in: Path | None = None

    officials: troupe.Officials = field(init=False)
    house: troupe.Provider = field(init=False)
    first: troupe.Enterprise = field(init=False)
    second: troupe.Enterprise = field(init=False)
    klass: TrainingClass = field(init=False)
    failed: list[Enrolment] = field(init=False)

    def at(self, days_ago: float) -> datetime:
        return self.today - timedelta(days=days_ago)

    def steps(self) -> Iterator[Step]:
        """Run every step in order; the caller prints them as they come."""
        for name, act in self._acts():
            began = time.perf_counter()
            said = act()
            took = round((time.perf_counter() - began) * 1000)
            yield Step(name, said, Entry.objects.count(), took)

    def _acts(self) -> list[tuple[str, Callable[[], str]]]:
        return [
            ("装入代码、规则、题库、大纲", self.load),
            ("单位注册，区县审核", self.register),
            ("上传花名册", self.rosters),
            ("机构申请开班，规则指出缺项", self.apply),
            ("区县退回，修改后重新提交", self.return_and_mend),
            ("区县审核，市级审批", self.approve),
            ("变更讲师", self.change),
            ("企业预约，候补自动转正", self.book),
            ("从花名册报名，换人，现场报名", self.enrol),
            ("逐场签到签退", self.teach),
            ("录像与纸质签到表归档", self.record),
            ("结业考核：理论与实操", self.examine),
            ("证据不齐，不得结班", self.refuse_to_close),
            ("上门补考", self.make_up),
            ("满意度评价", self.rate),
            ("结班", self.close),
            ("封存一期一档、一人一档，颁发证明", self.seal),
            ("核对封存档案，篡改即被指出", self.check),
            ("签名日志的回执", self.receipt),
        ]

    def load(self) -> str:
        return load_everything(at=self.at(60))

    def register(self) -> str:
        at = self.at(50)
        self.officials = troupe.officials(DISTRICT, at=at)
        self.house = troupe.provider(
            "安济培训学校（演示）", 1, self.officials, self.inventor, at=at, district=DISTRICT
        )
        self.first = troupe.enterprise(
            "泉化新材料（演示）有限公司", 2, self.officials, at=at, district=DISTRICT
        )
        self.second = troupe.enterprise(
            "东岭化工（演示）有限公司", 3, self.officials, at=at, district=DISTRICT
        )
        return "1 家机构、2 家企业通过审核"

    def rosters(self) -> str:
        at = self.at(45)
        self.first, roster = troupe.upload_people(self.first, self.inventor, 12, at=at, spoilt=1)
        self.second, _ = troupe.upload_people(self.second, self.inventor, 6, at=at)
        if roster.rows_new != 12 or len(roster.problems) != 1:
            raise WalkFailed(f"花名册应新增 12 人、1 行有误，实为 {roster.rows_new}")
        return f"新增 {roster.rows_new} 人，{len(roster.problems)} 行身份证号有误，已列出"

    def apply(self) -> str:
        at = self.at(40)
        plan = acts.Plan(
            title="危化品企业班组长工伤预防培训（演示）第一期",
            syllabus=Syllabus.objects.get(key="hazchem-team-leader"),
            project=troupe.project(since=at, code="WALK-1"),
            district=DISTRICT,
            quota=10,
            first_day=local_date(self.at(20)),
        )
        self.klass = acts.apply(self.house, plan, at=at)
        dropped = queries.sessions_of(self.klass).filter(mode=Mode.OFFLINE)[0]
        applications.drop_session(dropped, by=self.house.manager, at=at)
        gaps = _refused(
            applications.ApplicationIncomplete,
            lambda: applications.submit_class(self.klass, by=self.house.manager, at=at),
        )
        acts.lay_timetable(self.klass, self.house, plan, at=at)
        applications.submit_class(self.klass, by=self.house.manager, at=at)
        return f"先被拒绝（{gaps}），补齐课表后提交"

    def return_and_mend(self) -> str:
        at = self.at(38)
        reviews.return_class(self.klass, by=self.officials.district, at=at, reason="请补充设备清单")
        wish = applications.Application(
            title=self.klass.title,
            project=self.klass.project,
            syllabus=self.klass.syllabus,
            district=DISTRICT,
            quota=10,
            equipment="投影、模拟人、气体检测仪、正压式空气呼吸器",
        )
        applications.edit_class(self.klass, wish, by=self.house.manager, at=at)
        applications.submit_class(self.klass, by=self.house.manager, at=at)
        return "退回一次，历史保留"

    def approve(self) -> str:
        acts.approve(self.klass, self.officials, at=self.at(36))
        return f"班号 {self.klass.number}，{self.klass.sessions.count()} 个半天"

    def change(self) -> str:
        session = queries.sessions_of(self.klass)[1]
        other = next(t for t in self.house.trainers if t.pk != session.trainer_id)
        change = changes.request_change(
            self.klass,
            ChangeKind.TRAINER,
            session=session,
            after={"trainer": str(other.uid)},
            reason="原讲师临时有事故调查任务",
            by=self.house.manager,
            at=self.at(34),
        )
        changes.grant_change(change, by=self.officials.district, at=self.at(33), reason="同意")
        return f"{session.day} 的讲师换为 {other.name}"

    def book(self) -> str:
        at = self.at(32)
        mine = self._book(self.first, 8, at)
        waiting = self._book(self.second, 3, at + timedelta(minutes=1))
        if waiting.status != BookingStatus.WAITING:
            raise WalkFailed("名额不足时应进入候补")
        bookings.change_seats(waiting, seats=1, by=self.second.officer, at=at)
        waiting.refresh_from_db()
        if (mine.status, waiting.status) != (BookingStatus.CONFIRMED, BookingStatus.CONFIRMED):
            raise WalkFailed("座位够了，候补应自动转正")
        return "8 座确认；3 座候补减为 1 座后自动转正"

    def _book(self, house: troupe.Enterprise, seats: int, at: datetime) -> Booking:
        return bookings.book_seats(
            self.klass, house.organization, seats=seats, by=house.officer, at=at
        )

    def enrol(self) -> str:
        at = self.at(30)
        for house, count in ((self.first, 7), (self.second, 1)):
            booking = Booking.objects.get(klass=self.klass, organization=house.organization)
            bookings.enrol_from_roster(booking, house.people[:count], by=house.officer, at=at)
        leaving = queries.enrolled(self.klass)[0]
        enrolments.substitute(
            leaving, self.first.people[8], reason="原学员倒班", by=self.house.manager, at=at
        )
        one = self.inventor.person()
        person, _new = register_person(
            name=one.name,
            id_number=one.id_number,
            phone=one.phone,
            by=self.house.manager,
            at=at,
            synthetic=True,
        )
        enrolments.walk_in(
            self.klass,
            person,
            organization=self.first.organization,
            by=self.house.manager,
            at=self.at(20),
        )
        return f"在读 {queries.seats_taken(self.klass)} 人"

    def teach(self) -> str:
        for session in queries.sessions_of(self.klass):
            people = list(queries.enrolled(self.klass))
            acts.sign_in_by_code(session, people[:-1])
            self._sign_for(people[-1], session.pk, MarkKind.IN)
            acts.sign_out_by_code(session, people[:-1])
            self._sign_for(people[-1], session.pk, MarkKind.OUT)
            self.klass.refresh_from_db()
        marks = sum(register.marks.count() for register in queries.registers_of(self.klass))
        return f"{self.klass.sessions.count()} 场，{marks} 次签到签退，其中一人由班主任代签"

    def _sign_for(self, one: Enrolment, session_id: int, kind: MarkKind) -> None:
        session = queries.sessions_of(self.klass).get(pk=session_id)
        register = session.register
        if register is None:
            raise WalkFailed("这一场没有签到册")
        at = register.starts_at if kind == MarkKind.IN else register.ends_at
        door.sign_by_supervisor(session, one, kind, reason="手机没电", by=self.house.manager, at=at)

    def record(self) -> str:
        acts.record_sessions(self.klass, by=self.house.manager)
        session = queries.sessions_of(self.klass)[0]
        at = self.at(16)
        scan = keep([acts.DOT], name="签到表扫描.png", by=self.house.manager, at=at)
        door.file_sheet(session, scan, by=self.house.manager, at=at)
        return "线下各场录像（演示替身文件）与一份扫描件"

    def examine(self) -> str:
        people = list(queries.enrolled(self.klass))
        self.failed = people[:1]
        acts.examine(
            self.klass,
            self.house,
            opens_at=self.at(15),
            failing=frozenset(one.pk for one in self.failed),
        )
        return f"{len(people)} 人参加，1 人理论不合格"

    def refuse_to_close(self) -> str:
        gaps = _refused(
            closing.EvidenceMissing,
            lambda: closing.close_class(self.klass, by=self.house.manager, at=self.at(14)),
        )
        return f"被拒绝：{gaps}"

    def make_up(self) -> str:
        place = self.first.organization.address
        acts.make_up(self.klass, self.house, self.failed, at=self.at(10), place=place)
        return f"在「{place}」补考合格，题目与首考不同"

    def rate(self) -> str:
        acts.rate(list(queries.enrolled(self.klass)), at=self.at(9))
        return f"{self.klass.surveys.count()} 份，讲师看不到是谁写的"

    def close(self) -> str:
        self.klass.refresh_from_db()
        done = closing.close_class(self.klass, by=self.house.manager, at=self.at(8))
        if self.klass.status != Status.CLOSED or done.passed != done.enrolled:
            raise WalkFailed(f"应全部合格结班，实为 {done.passed}/{done.enrolled}")
        return f"{done.passed}/{done.enrolled} 合格，首考合格 {done.passed_first}"

    def seal(self) -> str:
        seal_closed_classes(self.today)
        learners = Archive.objects.filter(klass=self.klass, enrolment__isnull=False).count()
        certificates = Certificate.objects.filter(enrolment__klass=self.klass).count()
        if learners != LEARNERS or certificates != LEARNERS:
            raise WalkFailed(f"应有 {LEARNERS} 份个人档案与证明，实为 {learners}、{certificates}")
        return f"1 份班级档案，{learners} 份个人档案，{certificates} 张证明"

    def check(self) -> str:
        archive = Archive.objects.get(klass=self.klass, enrolment=None)
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / archive.file.name
            shutil.copyfile(archive.file.path, copy)
            if self.keep_in:
                self.keep_in.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(copy, self.keep_in / archive.file.name)
            verdict = verify(copy, Means([public_key()], keys_of(archive)))
            spoil(copy)
            spoilt = verify(copy)
        if not verdict.proved or spoilt.ok:
            raise WalkFailed("档案核对未通过，或篡改未被发现")
        parts = archive.parts.count()
        return (
            f"{verdict.files} 个文件全部相符，{parts} 件加密件逐件开封，台账逐行有回执；"
            f"改动一个字节后：{spoilt.findings[0].text}"
        )

    def receipt(self) -> str:
        while sequence(self.today):
            pass
        found = receipt_of(self.klass.subject, "class_sealed")
        if found is None:
            raise WalkFailed("封签应已写入签名日志")
        wrong = [f.text for f in check(found, [public_key()]) if f.kind != "ok"]
        if wrong:
            raise WalkFailed("；".join(wrong))
        return f"封签是日志第 {found['index'] + 1} 条，包含证明 {len(found['proof'])} 步，签名有效"


def spoil(path: Path) -> None:
    """Flip one bit in the middle of a file."""
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(bytes(raw))


def _refused(kind: type[Refused], act: Callable[[], object]) -> str:
    """The act must be refused in this way; what was said."""
    try:
        act()
    except kind as refusal:
        gaps = getattr(refusal, "gaps", [])
        return gaps[0].text if gaps else refusal.message
    raise WalkFailed("这一步本应被拒绝")
