"""The hot path of the door: a class signs in within the minute, a city within five seconds.

`/in/attendance/sign` takes one scan of one learner. A batch of them is read, judged and written in
a dozen statements, however many they are. A repeat (same `nonce`) gets its mark again; who has
signed already is told so with the time of the first, and nothing is written.
"""

import math
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from anlan.attendance.codes import DIGITS, CodeChanged, read_code
from anlan.attendance.models import Mark, MarkKind, Proof, Register
from anlan.attendance.queries import worths
from anlan.attendance.services import AlreadySigned, come_back, go_out
from anlan.classes import tickets, tries
from anlan.classes.at_hand import HalfDayAtHand, sessions_at_hand
from anlan.classes.lists import Places
from anlan.classes.services.signing import Made, Wish, places_for, sign_all
from anlan.foundation.intake.endpoints import Endpoint, Item
from anlan.identity.models import Person
from anlan.lib.dates import to_shanghai
from anlan.lib.refusals import Refused

EARTH_METRES = 6_371_000
KINDS = {"in": MarkKind.IN, "out": MarkKind.OUT}


class Place(Struct):
    """Where the phone says it is, sent only when its owner agreed; only the distance is kept."""

    latitude: float
    longitude: float
    accuracy: float = 0.0


class Sign(Struct):
    """One scan.

    `code` is the screen's token or six digits; a page that the scan opened sends its `ticket`
    instead. `scanned_at` says that the scan was kept while there was no network: the code itself
    then tells when it was on the screen.
    """

    session: uuid.UUID
    kind: Literal["in", "out", "pause", "back"]
    nonce: uuid.UUID
    code: str = ""
    ticket: str = ""
    scanned_at: datetime | None = None
    other_phone: str = ""
    label: str = ""
    place: Place | None = None


class Signed(Struct):
    """What stands in the register now. `again` when it stood there before; `hours` of the class so
    far, with a sign-out only.
    """

    kind: str
    at: datetime
    late: bool
    again: bool
    hours: float | None
    hours_planned: int
    message: str


@dataclass(slots=True)
class _Scan:
    """A request with what belongs to it, once it has been found good, and what came of it."""

    item: Item[Sign]
    hand: HalfDayAtHand
    person: Person
    at: datetime
    age: int | None
    found: Made | Refused | None = None


def sign(items: Sequence[Item[Sign]]) -> list[Struct | Refused]:
    """The writer: answers in order, a refusal touches nobody else."""
    hands = sessions_at_hand({one.asked.session for one in items})
    asking = [_wish(one, hands[one.asked.session]) for one in items if one.asked.session in hands]
    places = places_for(asking)
    scans = _read_scans(items, hands, places)
    marking = [
        one
        for one in scans
        if isinstance(one, _Scan) and one.found is None and one.item.asked.kind in KINDS
    ]
    if marking:
        wishes = [_wish(one.item, one.hand, one) for one in marking]
        for one, mark in zip(marking, sign_all(wishes, places), strict=True):
            one.found = mark
    hours = _hours_so_far(marking)
    return [one if isinstance(one, Refused) else _answer(one, hours) for one in scans]


def _read_scans(
    items: Sequence[Item[Sign]], hands: dict[uuid.UUID, HalfDayAtHand], places: Places
) -> list[_Scan | Refused]:
    """Find the half-day, the person and the code of each; wrong digits are counted."""
    people = [_person(one, hands, places) for one in items]
    typing = {
        person.pk
        for one, person in zip(items, people, strict=True)
        if person and _is_typed(one.asked.code)
    }
    blocked = tries.without_tries(typing, at=items[0].at) if typing else set()
    found: list[_Scan | Refused] = []
    for one, person in zip(items, people, strict=True):
        try:
            found.append(_scan(one, hands, person, blocked))
        except Refused as refused:
            found.append(refused)
    changed = [n for n, one in enumerate(found) if isinstance(one, CodeChanged)]
    if changed:
        _look_again(items, people, hands, found, changed)
    return found


def _look_again(
    items: Sequence[Item[Sign]],
    people: Sequence[Person | None],
    hands: dict[uuid.UUID, HalfDayAtHand],
    found: list[_Scan | Refused],
    changed: Sequence[int],
) -> None:
    """A repeat of what was done gets its mark, however old its code; else wrong digits count."""
    nonces = [items[n].asked.nonce for n in changed]
    made = {mark.nonce: mark for mark in Mark.objects.filter(nonce__in=nonces)}
    wrong: list[int] = []
    for n in changed:
        item, person = items[n], people[n]
        mark = made.get(item.asked.nonce)
        if person and mark and mark.person_id == person.pk:
            hand = hands[item.asked.session]
            found[n] = _Scan(item, hand, person, mark.at, None, Made(mark, fresh=False))
        elif person and _is_typed(item.asked.code):
            wrong.append(person.pk)
    tries.count_wrong_tries(wrong, at=items[0].at)


def _person(
    item: Item[Sign], hands: dict[uuid.UUID, HalfDayAtHand], places: Places
) -> Person | None:
    hand = hands.get(item.asked.session)
    return places.person_of(hand.session, user=item.who.user) if hand else None


def _scan(
    item: Item[Sign],
    hands: dict[uuid.UUID, HalfDayAtHand],
    person: Person | None,
    blocked: set[int],
) -> _Scan:
    asked = item.asked
    hand = hands.get(asked.session)
    if hand is None or person is None:
        raise Refused(
            "您不在这个班的名单上。", "来替同事上课，或想现场报名，请找讲台旁的班主任登记。"
        )
    if asked.ticket:
        scan = tickets.read_ticket(asked.ticket, hand.session, person, at=item.at)
        age = read_code(hand.register, scan.code, at=scan.at).age
        return _Scan(item, hand, person, item.at, age)
    if _is_typed(asked.code) and person.pk in blocked:
        raise tries.TooManyTries
    if asked.scanned_at is None:
        age = read_code(hand.register, asked.code, at=item.at).age
        return _Scan(item, hand, person, item.at, age)
    shown = read_code(hand.register, asked.code, at=item.at, patience=tickets.LIFE)
    return _Scan(item, hand, person, min(item.at, shown.until), shown.age)


def _is_typed(code: str) -> bool:
    return 0 < len("".join(code.split())) <= DIGITS


def _wish(item: Item[Sign], hand: HalfDayAtHand, scan: _Scan | None = None) -> Wish:
    asked = item.asked
    return Wish(
        session=hand.session,
        kind=KINDS.get(asked.kind, MarkKind.IN),
        proof=Proof.QR,
        by=item.who.actor,
        at=scan.at if scan else item.at,
        user=item.who.user,
        device=item.who.device,
        address=item.address,
        nonce=asked.nonce,
        code_age=scan.age if scan else None,
        distance=_distance(hand.register, asked.place),
        other_phone=asked.other_phone,
        label=asked.label[:40],
    )


def _distance(register: Register, place: Place | None) -> int | None:
    """Metres between phone and door, less what the phone itself calls uncertain."""
    if place is None or register.latitude is None or register.longitude is None:
        return None
    south, north = math.radians(float(register.latitude)), math.radians(place.latitude)
    east = math.radians(place.longitude - float(register.longitude))
    half = math.sin((north - south) / 2) ** 2
    half += math.cos(south) * math.cos(north) * math.sin(east / 2) ** 2
    metres = 2 * EARTH_METRES * math.asin(math.sqrt(min(1.0, half)))
    if not math.isfinite(metres):
        return None
    return max(0, int(metres - max(0.0, min(place.accuracy, 5000.0))))


def _hours_so_far(scans: Sequence[_Scan]) -> dict[tuple[int, int], Decimal]:
    """(class, person) → 学时 so far, for those who sign out; one read."""
    leaving = [one for one in scans if one.item.asked.kind == "out"]
    if not leaving:
        return {}
    registers = {
        r.pk: (r, one.hand.session.klass_id) for one in leaving for r in one.hand.registers
    }
    found = worths([r for r, _ in registers.values()], {one.person.pk for one in leaving})
    hours: dict[tuple[int, int], Decimal] = {}
    for (register, person), worth in found.items():
        key = (registers[register][1], person)
        hours[key] = hours.get(key, Decimal(0)) + worth
    return hours


def _answer(scan: _Scan, hours: dict[tuple[int, int], Decimal]) -> Struct | Refused:
    if scan.item.asked.kind not in KINDS:
        return _pause(scan)
    found = scan.found
    if isinstance(found, AlreadySigned) and found.first:
        return _signed(scan, found.first, hours, again=True, told=_standing(found.first))
    if isinstance(found, Made):
        told = _words(found.mark, scan.hand.register)
        return _signed(scan, found.mark, hours, again=not found.fresh, told=told)
    return found or Refused("没有登记。", "请重新扫码。")


def _signed(
    scan: _Scan, mark: Mark, hours: dict[tuple[int, int], Decimal], *, again: bool, told: str
) -> Signed:
    so_far = hours.get((scan.hand.session.klass_id, scan.person.pk), Decimal(0))
    return Signed(
        kind=mark.kind,
        at=mark.at,
        late=mark.late,
        again=again,
        hours=float(so_far) if mark.kind == MarkKind.OUT else None,
        hours_planned=scan.hand.hours,
        message=told,
    )


def _standing(mark: Mark) -> str:
    return f"{_clock(mark.at)} 已{MarkKind(mark.kind).label}，不用再签。"


def _words(mark: Mark, register: Register) -> str:
    at, ends = _clock(mark.at), _clock(register.ends_at)
    if mark.kind == MarkKind.OUT:
        return f"{at} 签退成功。"
    late = "（迟到）" if mark.late else ""
    return f"{at} 签到成功{late}。{ends} 下课后请再扫一次码签退，两次都扫才计学时。"


def _pause(scan: _Scan) -> Struct | Refused:
    """Going out and coming back are rare: each has its own few statements."""
    asked, register, by = scan.item.asked, scan.hand.register, scan.item.who.actor
    try:
        if asked.kind == "pause":
            pause = go_out(register, scan.person, by=by, at=scan.at, nonce=asked.nonce)
            moment, words = pause.out_at, "离场，回来后请再扫一次码。"
        else:
            pause = come_back(register, scan.person, by=by, at=scan.at, nonce=asked.nonce)
            moment, words = pause.back_at or scan.at, "返回。"
    except Refused as refused:
        return refused
    said = f"{_clock(moment)} {words}"
    return Signed(asked.kind, moment, False, False, None, scan.hand.hours, said)


def _clock(at: datetime) -> str:
    return f"{to_shanghai(at):%H:%M}"


ENDPOINTS = [
    Endpoint("attendance/sign", Sign, Signed, sign, "签到签退", most_bytes=4096, linger_ms=80),
]
