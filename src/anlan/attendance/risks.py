"""What is odd about a sign: questions for the class manager, never a verdict.

Each is computed from what the marks themselves say, by the dated thresholds of the register's day,
so that the first of two people on one phone is asked about as well as the second. A relay of the
code shows in its age, a phone that was never here, a place far away; a proxy in one phone for
several, a network address apart from the rest of the class.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from anlan.attendance.models import Mark, MarkKind, OtherPhone, Proof, Register
from anlan.foundation.rules.queries import Rulebook

LEAST_CLASS = 5  # fewer scans make no "rest of the class"


@dataclass(frozen=True)
class Signal:
    """One odd thing: `kind` for the ledger (it names nobody), `words` for the class manager."""

    kind: str
    words: str


@dataclass(frozen=True)
class Risk:
    """One sign with what is odd about it; `must` when a rule wants a person to decide."""

    mark: Mark
    signals: tuple[Signal, ...]
    must: bool

    @property
    def kinds(self) -> list[str]:
        return [one.kind for one in self.signals]

    @property
    def open(self) -> bool:
        return self.mark.checked_at is None


@dataclass(frozen=True)
class Scene:
    """What a mark is held against: the scans of its register, the phones known from earlier ones of
    the class, and which exception of its person each mark is.
    """

    register: Register
    scans: tuple[Mark, ...]
    known_devices: frozenset[str]
    exceptions: Mapping[int, int]


def risks_of(register: Register, earlier: Iterable[Register], *, rules: Rulebook) -> list[Risk]:
    """Every mark of a register about which something is odd, those still open first.

    `earlier` are the registers of the same class before this one. Three reads.
    """
    scene = _scene(register, list(earlier), rules)
    found = [_risk(mark, scene, rules) for mark in scene.scans]
    odd = [one for one in found if one is not None]
    return sorted(odd, key=lambda one: (not one.open, not one.must, one.mark.at, one.mark.pk))


def must_be_checked(registers: Sequence[Register], *, rules: Rulebook) -> int:
    """How many marks of a class wait for a decision that a rule demands; for the close."""
    scans = Mark.objects.filter(register__in=registers, checked_at=None, proof=Proof.QR).exclude(
        other_phone=""
    )
    marks = list(scans)
    if not marks:
        return 0
    free = rules.whole("attendance.device_free")
    counts = _exceptions(marks, rules)
    return sum(counts[mark.pk] > free for mark in marks)


def _scene(register: Register, earlier: list[Register], rules: Rulebook) -> Scene:
    marks = Mark.objects.filter(register=register, proof=Proof.QR)
    scans = tuple(marks.select_related("person", "checked_by").order_by("at", "id"))
    before = Mark.objects.filter(register__in=earlier, proof=Proof.QR).exclude(device="")
    known = frozenset(before.values_list("device", flat=True)) if earlier else frozenset[str]()
    other = [mark for mark in scans if mark.other_phone]
    return Scene(register, scans, known, _exceptions(other, rules) if other else {})


def _exceptions(marks: Sequence[Mark], rules: Rulebook) -> dict[int, int]:
    """Mark id → how many times its person had come with another phone by then, within the term."""
    term = timedelta(days=rules.whole("attendance.device_term_days"))
    rows = Mark.objects.filter(
        person__in={mark.person_id for mark in marks},
        at__gte=min(mark.at for mark in marks) - term,
        kind=MarkKind.IN,
    ).exclude(other_phone="")
    moments: dict[int, list[datetime]] = defaultdict(list)
    for person, at in rows.values_list("person_id", "at"):
        moments[person].append(at)
    return {
        mark.pk: sum(mark.at - term <= at <= mark.at for at in moments[mark.person_id])
        for mark in marks
    }


def _risk(mark: Mark, scene: Scene, rules: Rulebook) -> Risk | None:
    over = _over(mark, scene, rules)
    signals = [
        *_age(mark, rules),
        *_place(mark, rules),
        *_phone(mark, scene, over=over),
        *_shared(mark, scene, rules),
        *_address(mark, scene, rules),
    ]
    return Risk(mark, tuple(signals), over) if signals else None


def _age(mark: Mark, rules: Rulebook) -> list[Signal]:
    if (mark.code_age or 0) < rules.whole("attendance.code_age_seconds"):
        return []
    return [Signal("code_age", f"签到码已换下 {mark.code_age} 秒才提交")]


def _place(mark: Mark, rules: Rulebook) -> list[Signal]:
    if mark.distance is None or mark.distance < rules.whole("attendance.distance_m"):
        return []
    return [Signal("distance", f"手机位置距签到地点约 {_metres(mark.distance)}")]


def _over(mark: Mark, scene: Scene, rules: Rulebook) -> bool:
    times = scene.exceptions.get(mark.pk, 0)
    return bool(mark.other_phone) and times > rules.whole("attendance.device_free")


def _phone(mark: Mark, scene: Scene, *, over: bool) -> list[Signal]:
    if mark.other_phone:
        times = scene.exceptions.get(mark.pk, 0)
        why = OtherPhone(mark.other_phone).label
        often = f"，近期第 {times} 次，须核对" if over else ""
        return [Signal("other_phone", f"不是本人常用手机（{why}{often}）")]
    if mark.device and scene.known_devices and mark.device not in scene.known_devices:
        return [Signal("new_here", "这部手机此前没有在本班签过到")]
    return []


def _shared(mark: Mark, scene: Scene, rules: Rulebook) -> list[Signal]:
    if not mark.device:
        return []
    same = [one for one in scene.scans if one.device == mark.device]
    people = {one.person_id: one.person.name for one in same}
    if len(people) < rules.whole("attendance.device_people"):
        return []
    others = "、".join(name for pk, name in people.items() if pk != mark.person_id)
    return [Signal("shared_phone", f"与{others}用了同一部手机")]


def _address(mark: Mark, scene: Scene, rules: Rulebook) -> list[Signal]:
    """A few who came by one address while most of the class came by another one."""
    groups: dict[str, set[int]] = defaultdict(set)
    for one in scene.scans:
        if one.kind == mark.kind and one.address:
            groups[one.address].add(one.person_id)
    total = sum(len(people) for people in groups.values())
    if not mark.address or total < LEAST_CLASS:
        return []
    most = max(groups.values(), key=len)
    share = len(most) / total
    apart = mark.person_id not in most
    if not apart or share < rules.number("attendance.address_share"):
        return []
    return [Signal("address", "网络地址与班里多数人不同")]


def _metres(distance: int) -> str:
    return f"{distance} 米" if distance < 1000 else f"{distance / 1000:.1f} 公里"
