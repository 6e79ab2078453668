"""The platform's side of `anlan bench coding`: the job from sealed narrative to suggestion, and the
review queue, in a temporary city with invented narratives (合成数据) in both languages.

`job_narratives_per_s` is on one core and of three coders: a narrative is unsealed once, answered
for type, cause object and body part, and three suggestions are written. `queue_page_ms` is the
processor time of a choice and the next question, `queue_p95_ms` its 95th percentile.
"""

import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from statistics import median, quantiles

from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.services import give_role, open_account
from anlan.foundation.codes.services import load_codes
from anlan.foundation.rules.services import load_rules
from anlan.injuries.jobs import code_narratives
from anlan.injuries.models import Case, CodeSuggestion
from anlan.injuries.queries import reviewing
from anlan.injuries.services import coders
from anlan.injuries.targets import TASKS
from anlan.operations.temporary import temporary_city

Figures = dict[str, float | int | str]
CODED, UNCODED = 1_500, 20_000
CHOICES = 40
FIRST = date(2026, 7, 1)
_EVENTS = {
    ("10", "3.22"): ("从梯子坠落", "由脚手架跌下", "fell from a ladder", "slipped off a scaffold"),
    ("04", "3.12"): (
        "被冲床压伤",
        "被皮带机卷入",
        "was crushed by a press",
        "was caught in a belt",
    ),
    ("08", "3.14"): ("被酸液灼伤", "被碱液烫伤", "was burned by acid", "was scalded by lye"),
}
_PARTS = {
    "1.13.3": ("右手食指", "finger"),
    "1.14.4": ("左小腿", "shin"),
    "1.01": ("头部", "head"),
    "1.10": ("腰部", "lower back"),
}
_PLACES = ("工地", "车间", "仓库", "码头", "warehouse", "plant", "yard", "roof")


def measure() -> Figures:
    """About a minute; the three trainings are not counted."""
    with temporary_city():
        load_codes()
        load_rules()
        official = _official(now())
        _train(official)
        Case.objects.bulk_create(_cases(UNCODED, coded=False), batch_size=1000)
        return {**_job(), **_queue(official)}


def _official(at: datetime) -> User:
    user = open_account(username="bench", name="量测", password="bench-2026-an", synthetic=True)
    give_role(user, Role.CITY_OFFICIAL, ScopeKind.CITY, "", by=None, at=at, reason="量测")
    return user


def _train(official: User) -> None:
    Case.objects.bulk_create(_cases(CODED, coded=True), batch_size=1000)
    for task in (TASKS[0], *TASKS[2:]):
        version = coders.ask_for_version(task, by=official, at=now())
        coders.train_next(at=now())
        version.refresh_from_db()
        coders.put_in_use(version, by=official, at=now())


def _job() -> Figures:
    """Run by run as the worker has it, until nothing is left."""
    code_narratives(now())  # loads the coders
    done, began = 0, time.process_time()
    while asked := code_narratives(now()):
        done += asked
    spent = time.process_time() - began
    return {
        "job_narratives_per_s": round(done / spent),
        "suggestions": CodeSuggestion.objects.count(),
    }


def _queue(official: User) -> Figures:
    client = Client(headers={"HX-Request": "true"})
    client.force_login(official, backend="django.contrib.auth.backends.ModelBackend")
    client.get(reverse("injuries:coding"))
    spent = []
    for _ in range(CHOICES):
        question = reviewing.next_question(official, now())
        assert question is not None
        url = reverse("injuries:coding_decide", args=[question.uid])
        began = time.process_time()
        answer = client.post(url, {"code": question.labels[0]})
        spent.append((time.process_time() - began) * 1000)
        assert answer.status_code == 200
    return {
        "queue_page_ms": round(median(spent), 1),
        "queue_p95_ms": round(quantiles(spent, n=20)[-1], 1),
        "queue_waiting": reviewing.open_questions(official).count(),
    }


def _cases(many: int, *, coded: bool) -> Iterator[Case]:
    chance, at = Random(2021 if coded else 2022), now()
    for n in range(many):
        (kind, source), events = chance.choice(list(_EVENTS.items()))
        part, names = chance.choice(list(_PARTS.items()))
        said = [f"{chance.choice(_PLACES)} {chance.choice(events)}，{chance.choice(names)}。"]
        said += [f"{chance.choice(_PLACES)} {chance.random():.6f}" for _ in range(8)]
        codes = {"type_code": kind, "source_code": source, "part_code": part} if coded else {}
        yield Case(
            injured_on=FIRST + timedelta(days=n % 120),
            district="370112",
            narrative=" ".join(said),
            known_at=at,
            changed_at=at,
            is_synthetic=True,
            **codes,
        )
