"""The demonstration's past hazards leave what the services leave: the same rows, the same lines."""

import json
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.models import Entry
from anlan.hazards.models import Act, Grade, Hazard, Rectification, Source
from anlan.hazards.services import rectifying, reporting
from anlan.hazards.tests.builders import FALLING, a_photo, a_report, a_worker_with_account
from anlan.identity.models import Person
from anlan.operations.demo.hazard_history import History, Teller, Told
from anlan.testing.cast import NOW, Cast

BY_NATURE = {"id", "uid", "nonce", "hazard", "act"}
DAY = timedelta(days=1)
STEPS = ("accepted_at", "assigned_at", "rectified_at", "refused_at", "again_at", "closed_at",
         "revisited_at")  # fmt: skip


def every_length(cast: Cast, person: Person) -> list[Told]:
    """One that has come as far as each of its steps."""
    start = NOW - 100 * DAY
    steps: dict[str, Any] = {name: start + (n + 1) * DAY for n, name in enumerate(STEPS)}
    whole = Told(
        cast.enterprise, cast.safety_officer, person, cast.district_official,
        "二车间平台", "护栏缺了一段，人会掉下去", FALLING, Grade.GENERAL, start,
        **steps,
    )  # fmt: skip
    shorter = [
        replace(whole, **dict.fromkeys(STEPS[n:]))  # type: ignore[arg-type]
        for n in range(len(STEPS))
    ]
    straight = replace(whole, refused_at=None, again_at=None, grade=Grade.MAJOR)
    return [*shorter, whole, straight]


def by_services(one: Told, photos: tuple[list[StoredFile], list[StoredFile]]) -> Hazard:
    report = a_report(one.organization, photos[0], grade=one.grade)
    officer, official = one.officer, one.official
    hazard, _ = reporting.report_hazard(
        report, source=Source.SELF_CHECK, by=officer, at=one.reported_at, synthetic=True
    )
    if one.accepted_at:
        reporting.accept_hazard(hazard, by=officer, at=one.accepted_at)
    if one.assigned_at:
        rectifying.assign_hazard(hazard, one.responsible, by=officer, at=one.assigned_at)
    if one.rectified_at:
        hand_in(hazard, one, photos[1], one.rectified_at)
    if one.refused_at:
        words = "没有修到位"
        rectifying.refuse_rectification(hazard, words, by=official, at=one.refused_at)
    if one.again_at:
        hand_in(hazard, one, photos[1], one.again_at)
    if one.closed_at:
        rectifying.close_hazard(hazard, "现场看过，已消除", by=official, at=one.closed_at)
    if one.revisited_at:
        rectifying.revisit_hazard(
            hazard, "仍完好", still_there=False, by=official, at=one.revisited_at
        )
    return hazard


def hand_in(hazard: Hazard, one: Told, photos: list[StoredFile], at: Any) -> None:
    by = one.responsible.user
    assert isinstance(by, User)
    rectifying.rectify_hazard(hazard, one.done, photos, by=by, at=at)


def plain(row: Any) -> dict[str, Any]:
    found = {f.name: getattr(row, f.attname) for f in row._meta.concrete_fields}
    return {name: value for name, value in found.items() if name not in BY_NATURE}


def everything(hazard: Hazard) -> tuple[Any, ...]:
    fresh = Hazard.objects.get(pk=hazard.pk)
    acts = [
        (plain(act), [photo.pk for photo in act.photos.order_by("pk")])
        for act in Act.objects.filter(hazard=hazard)
    ]
    lines = [
        (entry.verb, entry.actor, entry.at, json.loads(entry.leaf)["data"])
        for entry in Entry.objects.filter(subject=hazard.subject).order_by("at", "id")
    ]
    orders = [plain(order) for order in Rectification.objects.filter(hazard=hazard)]
    return plain(fresh), orders, acts, lines


def test_a_hazard_of_every_length_is_the_same(cast: Cast) -> None:
    person, _ = a_worker_with_account(cast)
    told = every_length(cast, person)
    photos = (a_photo(cast.safety_officer), a_photo(cast.safety_officer))
    first = [by_services(one, photos) for one in told]
    highest = max(one.pk for one in first)
    assert History(told, *photos).write() == len(told)
    second = list(Hazard.objects.filter(pk__gt=highest).order_by("pk"))
    for one, other in zip(first, second, strict=True):
        assert everything(other) == everything(one)


def test_a_seed_tells_the_same_hazards_and_none_after_today(cast: Cast) -> None:
    person, _ = a_worker_with_account(cast)

    def told(seed: int) -> list[Told]:
        teller = Teller(
            random.Random(seed),
            NOW - 700 * DAY,
            NOW,
            {cast.enterprise.pk: [person]},
            {cast.enterprise.pk: cast.safety_officer},
            lambda place: cast.district_official,
        )
        return teller.hazards([cast.enterprise, cast.rival_enterprise], 40)

    assert told(3) == told(3)
    assert told(3) != told(4)
    for one in told(3):
        moments = [one.reported_at, *(getattr(one, name) for name in STEPS)]
        taken = [moment for moment in moments if moment]
        assert taken == sorted(taken)
        assert taken[-1] <= NOW
