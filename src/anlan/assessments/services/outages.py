"""The server's own outages, and the time they cost those who were sitting an exam.

Proof is what the server itself knows: the worker's pulse was silent, or phones had to be turned
away. For whoever was sitting, time stood still meanwhile; a phone's own lost network is no proof
and is for a person to judge (`grants.grant_time`).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from anlan.assessments.lines import outage_line, sitting_line
from anlan.assessments.models import (
    Outage,
    OutageKind,
    Pulse,
    Sitting,
    SittingStatus,
    TimeGrant,
)
from anlan.foundation.ledger.services import record_many
from anlan.foundation.rules.queries import Rulebook, rulebook
from anlan.lib.dates import local_date
from anlan.lib.prepared import update_rows

PULSE = "worker"
SPREAD_A_RUN = 500


@transaction.atomic
def keep_pulse(at: datetime) -> int:
    """Job: note that the platform is up; a gap since the last note is an outage."""
    pulse, made = Pulse.objects.select_for_update().get_or_create(name=PULSE, defaults={"at": at})
    if made or at <= pulse.at:
        return 0
    found = _silence(pulse, at)
    Pulse.objects.filter(pk=pulse.pk).update(at=at)
    return int(found is not None)


@transaction.atomic
def record_outage(
    kind: OutageKind, since: datetime, until: datetime, *, at: datetime
) -> Outage | None:
    """Note an outage; what another one covers already is cut off, None when too little is left."""
    for known in Outage.objects.filter(until__gt=since, since__lt=until).order_by("since"):
        if known.since <= since:
            since = known.until
        else:
            until = min(until, known.since)
    least = rulebook(local_date(at)).number("exam.outage_seconds_min")
    if (until - since).total_seconds() < least:
        return None
    made = Outage.objects.create(kind=kind, since=since, until=until, at=at)
    record_many([outage_line(made, at)])
    return made


@transaction.atomic
def spread_outages(at: datetime) -> int:
    """Job: give the time back to everybody who was sitting, so that their clocks show it."""
    done = 0
    for outage in Outage.objects.filter(spread_at__isnull=True).order_by("id")[:10]:
        hit = Sitting.objects.filter(
            status=SittingStatus.STARTED, started_at__lt=outage.until, deadline__gt=outage.since
        ).exclude(grants__outage=outage)
        found = list(
            hit.select_for_update(of=("self",))
            .select_related("person")
            .order_by("pk")[:SPREAD_A_RUN]
        )
        _give(found, [outage], at)
        if len(found) < SPREAD_A_RUN:
            Outage.objects.filter(pk=outage.pk).update(spread_at=at)
        done += len(found) + 1
    return done


def make_good(sittings: Iterable[Sitting], *, at: datetime) -> None:
    """Give running sittings, read under lock, what the outages so far have cost them.

    Asked only of those whose time seems to be over: also the first request after a silence finds
    the gap that the worker has not come to note yet.
    """
    running = [one for one in sittings if one.started_at and one.deadline]
    if not running:
        return
    pulse = Pulse.objects.filter(name=PULSE).first()
    if pulse:
        _silence(pulse, at)
    first = min(one.started_at for one in running if one.started_at)
    outages = list(Outage.objects.filter(until__gt=first, since__lt=at).order_by("since"))
    if outages:
        _give(running, outages, at)


def _silence(pulse: Pulse, at: datetime) -> Outage | None:
    return record_outage(OutageKind.SILENCE, pulse.at, at, at=at) if at > pulse.at else None


def _give(sittings: Sequence[Sitting], outages: Sequence[Outage], at: datetime) -> None:
    rules = rulebook(local_date(at))
    given = _given(sittings)
    grants = []
    for sitting in {one.pk: one for one in sittings}.values():
        for outage in outages:
            before = given.get(sitting.pk, {})
            seconds = 0 if outage.pk in before else _owed(sitting, outage, before, rules)
            if seconds and sitting.deadline:
                sitting.deadline += timedelta(seconds=seconds)
                given.setdefault(sitting.pk, {})[outage.pk] = seconds
                grants.append(_grant(sitting, outage, seconds, at))
    _write(grants, at)


def _given(sittings: Sequence[Sitting]) -> dict[int, dict[int, int]]:
    """Sitting → outage → seconds already given for it."""
    found: dict[int, dict[int, int]] = {}
    rows = TimeGrant.objects.filter(sitting__in=sittings, outage__isnull=False)
    for sitting, outage, seconds in rows.values_list("sitting", "outage", "seconds"):
        found.setdefault(sitting, {})[outage] = seconds
    return found


def _owed(sitting: Sitting, outage: Outage, given: dict[int, int], rules: Rulebook) -> int:
    """Seconds: the whole outage for who was sitting when it began, its rest for who began in it."""
    if not sitting.started_at or not sitting.deadline or outage.since >= sitting.deadline:
        return 0
    lost = (outage.until - max(outage.since, sitting.started_at)).total_seconds()
    room = rules.number("exam.outage_minutes_max") * 60 - sum(given.values())
    return max(0, int(min(lost, room)))


def _grant(sitting: Sitting, outage: Outage, seconds: int, at: datetime) -> TimeGrant:
    reason = f"平台中断 {seconds} 秒，自动补时"
    return TimeGrant(sitting=sitting, seconds=seconds, outage=outage, reason=reason, at=at)


def _write(grants: Sequence[TimeGrant], at: datetime) -> None:
    if not grants:
        return
    TimeGrant.objects.bulk_create(grants, batch_size=500)
    sittings = list({grant.sitting.pk: grant.sitting for grant in grants}.values())
    update_rows(sittings, ["deadline"])
    record_many(
        [
            sitting_line(
                grant.sitting,
                "sitting_extended",
                None,
                at,
                seconds=str(grant.seconds),
                reason=grant.reason,
            )
            for grant in grants
        ]
    )
