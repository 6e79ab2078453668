"""A real server on a stage: its own database and folders, and a clock that the test moves.

Runs as a process of its own. Speaks JSON lines: a command on stdin, its answer on stdout.
"""

import hashlib
import json
import os
import sys
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import django
import time_machine

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler  # noqa: E402
from django.utils.module_loading import import_string  # noqa: E402
from django.utils.timezone import now  # noqa: E402

from anlan.archives.models import Archive  # noqa: E402
from anlan.assessments.models import Checklist, Item, Practical, Sitting  # noqa: E402
from anlan.assessments.services import (  # noqa: E402
    load_checklists,
    load_own_bank,
    schedule_sittings,
)
from anlan.attendance.models import Mark  # noqa: E402
from anlan.classes import queries  # noqa: E402
from anlan.classes.models import TrainingClass  # noqa: E402
from anlan.classes.services.exams import arrange_exam  # noqa: E402
from anlan.config.wsgi import application  # noqa: E402
from anlan.courses.models import Mode, Syllabus  # noqa: E402
from anlan.courses.services import load_syllabi  # noqa: E402
from anlan.foundation.accounts.models import Role, ScopeKind, User  # noqa: E402
from anlan.foundation.accounts.services import give_role, open_account  # noqa: E402
from anlan.foundation.jobs.services import run_due  # noqa: E402
from anlan.foundation.ledger.models import Entry  # noqa: E402
from anlan.foundation.rules.models import Rule  # noqa: E402
from anlan.foundation.rules.queries import rulebook  # noqa: E402
from anlan.identity.jobs import answer_next_face, answer_next_try  # noqa: E402
from anlan.identity.models import (  # noqa: E402
    Face,
    Person,
    Pictures,
    Purpose,
    VideoSignal,
    id_index,
    phone_index,
)
from anlan.identity.services import checks, ensure_account  # noqa: E402
from anlan.identity.services.checks import begin  # noqa: E402
from anlan.kits.models import Record  # noqa: E402
from anlan.operations.story import acts, troupe  # noqa: E402
from anlan.operations.story.names import Inventor  # noqa: E402
from anlan.operations.temporary import temporary_city  # noqa: E402
from anlan.programs.models import Project  # noqa: E402
from anlan.testing.cast import PASSWORD as CAST_PASSWORD  # noqa: E402
from anlan.testing.cast import the_cast  # noqa: E402
from anlan.testing.classes import a_running_class, a_worker  # noqa: E402
from anlan.testing.eyes import ToldEyes, a_card  # noqa: E402
from anlan.testing.template import fill_test_database  # noqa: E402
from anlan.vision.challenge import Challenge, draw  # noqa: E402
from anlan.vision.findings import Verdict  # noqa: E402

PASSWORD = "An-Lan-2026"
DISTRICT = "370112"


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Stdout belongs to the commands."""


class Stage:
    """What a command may do: nothing that the browser could do itself."""

    def __init__(self, begin: datetime) -> None:
        self._clock = time_machine.travel(begin, tick=True)
        self.traveller = self._clock.start()

    def set_up(self) -> None:
        """Banks and syllabi beside the template's codes and rules; officials; one provider with its staff, rooms and project."""
        at = now()
        load_own_bank(at=at)
        load_checklists()
        load_syllabi()
        who = troupe.officials(DISTRICT, at=at)
        house = troupe.provider(
            "安济培训学校（演示）", 1, who, Inventor(9), at=at, district=DISTRICT
        )
        for user in (who.city, who.district, house.manager, house.examiner):
            user.set_password(PASSWORD)
            user.save()
        teacher = open_account(username="story-teacher", name="讲师", password=PASSWORD)
        key = str(house.organization.uid)
        give_role(teacher, Role.TRAINER, ScopeKind.ORGANIZATION, key, by=None, at=at, reason="演示")
        Project.objects.create(
            code="YS-JOURNEY",
            title="机械制造企业工伤预防培训（演示）",
            industry="machinery",
            since=at.date().replace(month=1, day=1),
            until=at.date().replace(year=at.year + 1, month=12, day=31),
            quota_people=500,
            unit_price=200,
            is_synthetic=True,
        )
        Syllabus.objects.get(key="machinery-worker")

    def travel(self, to: str) -> None:
        self.traveller.move_to(datetime.fromisoformat(to))

    def work(self) -> int:
        """The worker's rounds, until nothing is left to do; a journey waits out no pause of seconds."""
        schedule = [
            replace(job, every=timedelta(0)) if job.every < timedelta(minutes=1) else job
            for job in import_string(settings.ANLAN_SCHEDULE)
        ]
        done, total = 1, 0
        while done:
            done = run_due(schedule, worker="stage")
            total += done
        return total

    def code_sent_to(self, phone: str) -> str:
        """The last one-time code in the file of the SMS adapter."""
        for file in sorted(Path(settings.ANLAN_SMS_FOLDER).glob("*.txt"), reverse=True):
            for line in reversed(file.read_text("utf-8").splitlines()):
                if phone in line and ("验证码" in line or "核验码" in line):
                    digits = [
                        w
                        for w in "".join(
                            c if c.isdigit() else " " for c in line.split("\t")[2]
                        ).split()
                        if len(w) == 6
                    ]
                    return digits[0]
        raise LookupError(f"no code was sent to {phone}")

    def right_answers(self, sitting: str) -> list[list[int]]:
        """The shown positions of the right options, question by question."""
        found = Sitting.objects.get(uid=sitting)
        items = Item.objects.in_bulk([q["item"] for q in found.questions])
        return [
            [n for n, original in enumerate(q["order"]) if original in items[q["item"]].answer]
            for q in found.questions
        ]

    def teach_on(self, number: str) -> list[str]:
        """The sessions that nobody has signed yet, by the services; the browser did the first."""
        klass = TrainingClass.objects.get(number=number)
        people = list(queries.enrolled(klass))
        taught = []
        for session in queries.sessions_of(klass):
            if session.register and not session.register.marks.exists():
                acts.sign_in_by_code(session, people)
                acts.sign_out_by_code(session, people)
                taught.append(str(session.uid))
        return taught

    def class_facts(self, number: str) -> dict[str, Any]:
        """Where things are, for addresses that nobody types."""
        klass = TrainingClass.objects.get(number=number)
        return {
            "uid": str(klass.uid),
            "status": klass.status,
            "sessions": [
                {"uid": str(s.uid), "day": s.day.isoformat(), "half": s.half, "mode": s.mode}
                for s in queries.sessions_of(klass)
            ],
            "people": [
                {"enrolment": str(e.uid), "name": e.person.name, "phone": e.person.phone}
                for e in queries.enrolled(klass)
            ],
            "archives": [
                str(a.file.path) for a in Archive.objects.filter(klass=klass, enrolment=None)
            ],
        }

    def a_class_to_film(self) -> dict[str, str]:
        """A running class of the cast's, an hour after its first half-day; who runs it."""
        self.travel("2026-11-23T09:00:00+08:00")
        cast = the_cast()
        klass = a_running_class(cast)
        session = next(s for s in queries.sessions_of(klass) if s.mode == Mode.OFFLINE)
        assert session.register is not None
        self.travel((session.register.ends_at + timedelta(hours=1)).isoformat())
        return {"uid": str(klass.uid), "user": "manager", "password": CAST_PASSWORD}

    def films(self, klass: str) -> list[dict[str, Any]]:
        """What was filed to a class, with the hash of the bytes that lie in the store."""
        found = (
            TrainingClass.objects.get(uid=klass)
            .sessions.filter(recordings__isnull=False)
            .distinct()
        )
        files = [film.file for session in found for film in session.recordings.all()]
        return [
            {"sha256": f.sha256, "true": hashlib.sha256(f.path.read_bytes()).hexdigest()}
            for f in files
        ]

    def an_exam_to_sit(self, opens: str, who: int = 0) -> dict[str, str]:
        """A learner with an account and a sitting of six questions, two hours open.

        `who` tells learners apart where one stage sees several.
        """
        at = datetime.fromisoformat(opens)
        load_exam_rules()
        one = Inventor(77, start=300 + who).person()
        user = open_account(username=f"exam-learner-{who}", name=one.name, password=PASSWORD)
        person = Person.objects.create(
            name=one.name,
            id_number=one.id_number,
            id_index=id_index(one.id_number),
            user=user,
            created_at=now(),
            is_synthetic=True,
        )
        [sitting] = schedule_sittings(
            [person],
            title="机械制造企业工伤预防培训（演示） · 结业理论考试",
            industry="machinery",
            rules=rulebook(at.date()),
            opens_at=at,
            closes_at=at + timedelta(hours=2),
            by=None,
            at=now(),
        )
        return {"uid": str(sitting.uid), "user": user.username, "password": PASSWORD}

    def an_exam_to_identify(self, opens: str) -> dict[str, str]:
        """`an_exam_to_sit` on a day whose rule asks who it is; the eyes see what they are told."""
        settings.ANLAN_EYES = "anlan.testing.eyes.ToldEyes"
        found = self.an_exam_to_sit(opens)
        sitting = Sitting.objects.select_related("person").get(uid=found["uid"])
        sitting.composition = {**sitting.composition, "identity": 1}
        sitting.save()
        person = sitting.person
        person.phone, person.phone_index = "15400000077", phone_index("15400000077")
        person.save()
        city = User.objects.filter(grants__role=Role.CITY_OFFICIAL).order_by("id")[0]
        return found | {"name": person.name, "phone": person.phone, "official": city.username}

    def a_check_to_see(self) -> dict[str, str]:
        """Somebody with a phone whose check for an exam is open, and the official who may see them.

        Asked again, another check of the same person.
        """
        one = Inventor(78, start=310).person()
        person = Person.objects.filter(id_index=id_index(one.id_number)).first()
        person = person or Person.objects.create(
            name=one.name,
            id_number=one.id_number,
            id_index=id_index(one.id_number),
            phone=one.phone,
            phone_index=phone_index(one.phone),
            user=open_account(username="video-learner", name=one.name, password=PASSWORD),
            created_at=now(),
            is_synthetic=True,
        )
        assert person.user
        subject, words = f"sitting/{uuid.uuid4()}", {"title": "结业理论考试", "back": "/"}
        check = begin(person, Purpose.EXAM, subject, by=person.user, at=now(), **words)
        city = User.objects.filter(grants__role=Role.CITY_OFFICIAL).order_by("id")[0]
        return {
            "uid": str(check.uid),
            "name": one.name,
            "end": one.id_number[-4:],
            "phone": one.phone,
            "user": person.user.username,
            "password": PASSWORD,
            "official": city.username,
        }

    def video_signals(self) -> int:
        """How many descriptions of browsers, with their addresses, the database holds."""
        return VideoSignal.objects.count()

    def look(self, card: bool, outcome: str) -> str:
        """What the worker of the eyes does, once something waits; what was asked of them."""
        for _ in range(100):
            if Pictures.objects.exists():
                break
            time.sleep(0.1)
        face = Face.objects.filter(status="waiting").select_related("person").first()
        if face and card:
            ToldEyes.papers[:] = [a_card(face.person.name, face.person.id_number)]
        ToldEyes.verdicts[:] = [Verdict(outcome, ("not_alike",), 0.2, 0.9, 9)]  # type: ignore[arg-type]
        answer_next_face(now())
        answer_next_try(now())
        asked: Any = ToldEyes.asked[-1]
        frames = asked if card else asked[0]
        return json.dumps([len(frames), all(jpeg[:2] == b"\xff\xd8" for _, jpeg in frames)])

    def sitting(self, uid: str) -> dict[str, Any]:
        """What the server has of a sitting."""
        found = Sitting.objects.get(uid=uid)
        return {
            "status": found.status,
            "answers": found.answers,
            "score": str(found.score),
            "stems": list(
                Item.objects.filter(pk__in=[q["item"] for q in found.questions]).values_list(
                    "stem", flat=True
                )
            ),
        }

    def a_class_to_carry(self) -> dict[str, Any]:
        """A running class of the cast's on its first morning, its exam arranged for the same day."""
        self.travel("2026-11-23T09:00:00+08:00")
        cast = the_cast()
        key = str(cast.provider.uid)
        manager, organization = cast.class_manager, ScopeKind.ORGANIZATION
        give_role(manager, Role.EXAMINER, organization, key, by=None, at=now(), reason="演示")
        klass = a_running_class(cast)
        register = queries.registers_of(klass)[0]
        checklist = Checklist.objects.order_by("id")[0]
        arrange_exam(
            klass,
            opens_at=register.opens_at,
            closes_at=register.ends_at,
            checklist=checklist,
            by=manager,
            at=register.opens_at,
        )
        self.travel((register.starts_at - timedelta(minutes=10)).isoformat())
        return {
            "uid": str(klass.uid),
            "user": "manager",
            "password": CAST_PASSWORD,
            "now": now().timestamp(),
            "items": len(checklist.items),
            "people": [[e.person.name, e.person.id_number] for e in queries.enrolled(klass)],
        }

    def carried(self, klass: str) -> dict[str, Any]:
        """What the tablets' records came to: marks, papers, practicals, times in the ledger."""
        held = TrainingClass.objects.get(uid=klass)
        marks = Mark.objects.filter(register__session__klass=held).order_by("at")
        lines = Entry.objects.filter(time_source="device", verb="signed_in").order_by("id")
        done = Sitting.objects.filter(status="submitted", person__enrolments__klass=held)
        checks = Practical.objects.filter(at__isnull=False, person__enrolments__klass=held)
        return {
            "marks": [[m.person.name, m.kind, m.at.isoformat(), m.time_source] for m in marks],
            "papers": [len(s.answers) for s in done],
            "practicals": [bool(c.photo) for c in checks],
            "apart": [(e.recorded_at - e.at).total_seconds() for e in lines],
            "fates": list(Record.objects.order_by("id").values_list("fate", flat=True)),
        }

    def a_firm_to_watch(self) -> dict[str, str]:
        """The cast's enterprise with a worker who can log in and a second safety officer."""
        cast = the_cast()
        worker = ensure_account(a_worker(cast, 0), at=now())
        second = open_account(username="officer2", name="第二安全员", password=CAST_PASSWORD)
        key = str(cast.enterprise.uid)
        give_role(
            second,
            Role.SAFETY_OFFICER,
            ScopeKind.ORGANIZATION,
            key,
            by=None,
            at=now(),
            reason="演示",
        )
        worker.set_password(CAST_PASSWORD)
        worker.save()
        return {"worker": worker.username, "name": worker.name, "password": CAST_PASSWORD}

    def people(self, count: int) -> list[list[str]]:
        """Rows of an invented roster: name, ID number, phone."""
        inventor = Inventor(31, start=700)
        made = [inventor.person() for _ in range(count)]
        return [[one.name, one.id_number, one.phone] for one in made]


def load_exam_rules() -> None:
    """A short paper, and phones that needn't take turns: nobody else is asking."""
    Rule.objects.filter(key="exam.composition").update(
        value={"single": 2, "multiple": 2, "judge": 2}
    )
    Rule.objects.filter(key="exam.seal_spread_minutes").update(value=0)


def hurried(chance: Random, nonce: str) -> Challenge:
    """A challenge of four seconds: no journey is about how long a head takes to turn."""
    drawn = draw(chance, nonce)
    steps = tuple(replace(one, at=one.at / 3, until=one.until / 3) for one in drawn.steps)
    return replace(drawn, steps=steps, seconds=drawn.seconds / 3)


def serve(stage: Stage) -> None:
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(application)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.ANLAN_PUBLIC_URL = f"http://127.0.0.1:{server.server_port}"
    answer({"url": settings.ANLAN_PUBLIC_URL})
    for line in sys.stdin:
        asked = json.loads(line)
        act: Callable[..., Any] = getattr(stage, asked.pop("do"))
        answer({"answer": act(**asked)})
    server.shutdown()


def answer(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    # A quarter of a second each by the real one, and no journey is about how passwords are kept.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    checks.draw = hurried  # type: ignore[attr-defined,assignment]
    with temporary_city(fill_test_database):
        stage = Stage(datetime.fromisoformat(sys.argv[1]))
        stage.set_up()
        serve(stage)
