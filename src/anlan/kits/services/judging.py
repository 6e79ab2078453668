"""Judging records in the order in which they were written, whatever order they came in.

A record is judged when all before it have come. What it is judged by lies before it in its own
tablet's chain, so that splitting, repeating or shuffling deliveries changes nothing.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from anlan.foundation.ledger.models import TimeSource
from anlan.foundation.ledger.services import record as write_line
from anlan.foundation.rules.queries import rulebook
from anlan.kits.models import DEEDS, Conflict, Fate, Kind, Record, Tablet, Why
from anlan.kits.services.applying import Contradiction, Same, apply
from anlan.kits.services.conflicts import open_conflict
from anlan.kits.shapes import read_payload
from anlan.lib.dates import local_date, moment_text
from anlan.lib.refusals import Refused


@dataclass
class Clock:
    """A tablet's clocks as its chain tells them: wall time against the steady one.

    `anchors` holds, for each run of the steady clock, the wall time at its zero; `latest` the
    latest wall time that was not in doubt.
    """

    tolerance: timedelta
    anchors: dict[str, datetime] = field(default_factory=dict)
    latest: datetime | None = None

    def read(self, one: Record) -> bool:
        """Take a record in; is its wall time in doubt? Sets `steady_at` where it can be told."""
        steady = timedelta(milliseconds=one.mono_ms)
        anchor = self.anchors.setdefault(one.boot, one.at - steady)
        expected = anchor + steady
        if abs(one.at - expected) > self.tolerance:
            one.steady_at = expected
            return True
        if self.latest and one.at < self.latest - self.tolerance:
            return True
        self.latest = max(self.latest or one.at, one.at)
        return False


def go_on(tablet: Tablet, *, at: datetime) -> None:
    """Judge what has come without a gap; the caller holds the tablet's row."""
    waiting = tablet.records.filter(no__gte=tablet.next_no, fork=False)
    found = {one.no: one for one in waiting.select_related("kit__klass", "kit__by", "person")}
    before = tablet.records.filter(no=tablet.next_no - 1, fork=False).first()
    clock = _clock_of(tablet, at)
    noted: list[Record] = []
    while one := found.get(tablet.next_no):
        one.tablet = tablet
        _judge(one, before, clock, at, noted)
        before = one
        tablet.next_no += 1
    Record.objects.bulk_update(noted, ["fate", "steady_at"])
    tablet.save(update_fields=["next_no"])


def take_photo_in(tablet: Tablet, sha256: str, *, at: datetime) -> None:
    """Records that waited for this photo are applied now."""
    waiting = tablet.records.filter(
        photo=sha256, fate=Fate.WAITING, no__lt=tablet.next_no, fork=False
    )
    for one in waiting.select_related("kit__klass", "kit__by", "person").order_by("no"):
        one.tablet = tablet
        _carry_out(one, at)


def give_up_photos(tablet: Tablet, *, at: datetime) -> int:
    """Records whose photos will not come any more wait for a person from now on."""
    waiting = tablet.records.filter(fate=Fate.WAITING, no__lt=tablet.next_no).exclude(photo="")
    found = list(waiting.select_related("kit__klass", "person").order_by("no"))
    for one in found:
        _settle_conflict(one, Why.PHOTO, "这条记录提到的照片没有送达，不再等。", at)
    return len(found)


def _clock_of(tablet: Tablet, at: datetime) -> Clock:
    """The clocks as they stood after the last judged record."""
    minutes = rulebook(local_date(at)).number("kits.clock_minutes")
    clock = Clock(timedelta(minutes=minutes))
    judged = tablet.records.filter(no__lt=tablet.next_no, fork=False).order_by("no")
    for one in judged.only("boot", "mono_ms", "at", "no"):
        clock.read(one)
    return clock


def _judge(
    one: Record, before: Record | None, clock: Clock, at: datetime, noted: list[Record]
) -> None:
    """Settle one record; those that are only to be known are put to `noted`."""
    doubtful = clock.read(one)
    broken = before is not None and one.prev != before.hash
    if broken or (one.no == 1 and one.prev):
        _settle_conflict(one, Why.CHAIN, "它不接在前一条记录之后，可能被改动过。", at)
    elif one.kind not in DEEDS:
        _note(one, at, noted)
    elif _refused_by_time(one, doubtful, clock, at):
        return
    else:
        _carry_out(one, at)


def _note(one: Record, at: datetime, noted: list[Record]) -> None:
    """Something to know, not to do: it is kept, and a moved clock has its line in the ledger."""
    try:
        payload = read_payload(one.kind, one.payload)
    except msgspec.ValidationError as wrong:
        _settle_conflict(one, Why.SHAPE, f"内容不完整（{wrong}）。", at)
        return
    one.fate = Fate.APPLIED
    noted.append(one)
    if one.kind == Kind.CLOCK:
        words = {"tablet": one.tablet.name, "seconds": str(round(payload.shift_ms / 1000))}
        how = {"device": one.tablet.token, "time_source": TimeSource.DEVICE}
        subject = one.kit.klass.subject
        write_line(subject, "kit_clock_moved", by=one.kit.by, at=one.at, **how, **words)  # type: ignore[arg-type]


def _refused_by_time(one: Record, doubtful: bool, clock: Clock, at: datetime) -> bool:
    """Stopped tablet, expired kit, a time that can't be: a person looks at it."""
    kit, tablet = one.kit, one.tablet
    if tablet.revoked_at is not None and one.received_at >= tablet.revoked_at:
        words = f"平板已于 {moment_text(tablet.revoked_at)} 停用：{tablet.reason}"
        _settle_conflict(one, Why.REVOKED, words[:300], at)
    elif doubtful:
        _settle_conflict(one, Why.CLOCK, _clock_words(one), at)
    elif one.at > kit.expires_at:
        words = f"离线包已于 {moment_text(kit.expires_at)} 到期，这条记录写于其后。"
        _settle_conflict(one, Why.LATE, words, at)
    elif not kit.at - clock.tolerance <= one.at <= one.received_at + clock.tolerance:
        words = "设备时间早于取离线包的时间，或晚于送达的时间。"
        _settle_conflict(one, Why.TIME, words, at)
    else:
        return False
    return True


def _clock_words(one: Record) -> str:
    if one.steady_at is None:
        return "平板时钟比之前的记录倒退，时间不能确定。"
    minutes = round((one.at - one.steady_at).total_seconds() / 60)
    way = "快" if minutes > 0 else "慢"
    return f"平板时钟在使用中被改动，比连续计时{way}了 {abs(minutes)} 分钟。"


def _carry_out(one: Record, at: datetime) -> None:
    if one.photo and not one.tablet.photos.filter(sha256=one.photo).exists():
        one.note = "等照片送达"
        one.save(update_fields=["note", "steady_at"])
        return
    try:
        apply(one, at=one.at)
    except Same as same:
        one.fate, one.note = Fate.DUPLICATE, str(same)[:200]
        one.save(update_fields=["fate", "note", "steady_at"])
    except Contradiction as found:
        _settle_conflict(one, found.why, str(found), at, ours=found.ours)
    except Refused as refused:
        _settle_conflict(one, Why.REFUSED, f"{refused.message}{refused.next_step}"[:300], at)
    else:
        one.fate, one.note = Fate.APPLIED, ""
        one.save(update_fields=["fate", "note", "steady_at"])
        if one.kind == Kind.IN:
            let_out(one, at)


def let_out(arrival: Record, at: datetime) -> None:
    """Somebody signed out on another tablet that was quicker to sync: now it can be applied."""
    waiting = Conflict.objects.select_for_update().filter(
        why=Why.NO_ARRIVAL,
        choice="",
        record__target=arrival.target,
        record__person=arrival.person,
        record__kit__klass=arrival.kit.klass,
    )
    for conflict in waiting.order_by("pk"):
        one = Record.objects.select_related("kit__klass", "kit__by", "person", "tablet").get(
            pk=conflict.record_id
        )
        conflict.delete()
        _carry_out(one, at)


def _settle_conflict(
    one: Record, why: Why, words: str, at: datetime, *, ours: list[list[str]] | None = None
) -> None:
    open_conflict(one, why, words, ours or [], at=at)
