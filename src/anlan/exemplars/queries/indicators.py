"""The indicators of row C4, computed for many enterprises at once.

What nobody has recorded stays empty (缺数据): a missing record is never a zero.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from anlan.exemplars.definitions import BY_KEY, Definition
from anlan.exemplars.measured import newest_counts, visit_days
from anlan.exemplars.models import Drill, MeasureKey, Shutdown, Spending, Stand
from anlan.exemplars.queries import facts
from anlan.exemplars.spans import Span
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date
from anlan.organizations.models import Organization

NO_DATA = "缺数据"
ROSTER_ONLY = "没有参保人数，按花名册"


@dataclass(frozen=True)
class Value:
    """One indicator of one enterprise. `numerator` None: nobody knows.

    Without a denominator the numerator stands for itself (days, times).
    """

    key: str
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    verified: bool = True
    data_on: date | None = None
    note: str = ""

    @property
    def definition(self) -> Definition:
        return BY_KEY[self.key]

    @property
    def known(self) -> bool:
        return self.numerator is not None

    @property
    def share(self) -> float | None:
        """What is ranked and compared."""
        if self.numerator is None:
            return None
        if self.denominator is None:
            return float(self.numerator)
        return float(self.numerator / self.denominator) if self.denominator else None


Values = dict[str, Value]
Reader = Callable[[Sequence[Organization], Span], dict[int, list[Value]]]


def indicators(
    organizations: Sequence[Organization], span: Span, keys: Collection[str] = BY_KEY
) -> dict[int, Values]:
    """By primary key of the enterprise, the indicators by their keys; the unknown ones too."""
    found: dict[int, Values] = {
        one.pk: {key: Value(key, note=_missing(key)) for key in keys} for one in organizations
    }
    for read in (read for makes, read in READERS if not makes.isdisjoint(keys)):
        for pk, values in read(organizations, span).items():
            found[pk] |= {value.key: value for value in values}
    return found


def _missing(key: str) -> str:
    return {
        "training": "没有花名册，也没有参保人数",
        "pass": "统计期内没有结班的培训",
        "drills": "没有申报演练",
        "drill_speed": "没有申报演练",
        "spending": "没有申报安全投入",
        "shutdowns": "没有申报检修期，或窗口还没有结束",
        "rectification": "统计期内没有到期的整改",
        "free_days": "平台还没有工伤记录",
        "expert": "平台还没有专家入企记录",
    }.get(key, "没有清点过")


def _pks(organizations: Sequence[Organization]) -> list[int]:
    return [one.pk for one in organizations]


def _training(organizations: Sequence[Organization], span: Span) -> dict[int, list[Value]]:
    orgs = _pks(organizations)
    rosters = facts.roster_sizes(orgs, span.last)
    insured = facts.insured_sizes(orgs, span)
    came = facts.trained(orgs, span)
    found = {}
    for org in orgs:
        people, month = insured.get(org, (0, None))
        base = max(people, rosters.get(org, 0))
        if not base:
            continue
        number, on = came.get(org, (0, None))
        note = ROSTER_ONLY if not month else f"花名册 {rosters.get(org, 0)} 人，参保 {people} 人"
        value = Value("training", Decimal(number), Decimal(base), True, on or span.last, note)
        found[org] = [value]
    return found


def _passes(organizations: Sequence[Organization], span: Span) -> dict[int, list[Value]]:
    rows = facts.passes(_pks(organizations), span)
    return {
        org: [Value("pass", Decimal(ok), Decimal(n), data_on=on)]
        for org, (ok, n, on) in rows.items()
        if n
    }


def _measures(organizations: Sequence[Organization], span: Span) -> dict[int, list[Value]]:
    found: dict[int, list[Value]] = defaultdict(list)
    for (org, key), row in newest_counts(_pks(organizations), span).items():
        said = "专家清点" if row.by_expert else "企业自报"
        counts = (Decimal(row.numerator), Decimal(row.denominator))
        found[org].append(Value(key, *counts, row.verified, row.on, said))
    return found


def _drills(organizations: Sequence[Organization], span: Span) -> dict[int, list[Value]]:
    held: dict[int, list[Drill]] = defaultdict(list)
    rows = Drill.objects.filter(
        organization__in=_pks(organizations), held_on__gte=span.since, held_on__lte=span.last
    ).exclude(status=Stand.RETURNED)
    for drill in rows:
        held[drill.organization_id].append(drill)
    return {org: _of_drills(drills) for org, drills in held.items()}


def _of_drills(drills: list[Drill]) -> list[Value]:
    waiting = sum(one.status != Stand.VERIFIED for one in drills)
    note = f"其中 {waiting} 次未核实" if waiting else ""
    on = max(one.held_on for one in drills)
    kept = Decimal(sum(one.in_time for one in drills))
    needed = Decimal(sum(one.seconds_needed for one in drills))
    wanted = Decimal(sum(one.seconds_wanted for one in drills))
    return [
        Value("drills", kept, Decimal(len(drills)), not waiting, on, note),
        Value("drill_speed", needed, wanted, not waiting, on, note),
    ]


def _free_days(organizations: Sequence[Organization], span: Span) -> dict[int, list[Value]]:
    records = facts.injury_records()
    if records is None or records.since > span.last:
        return {}
    last = facts.last_injuries(_pks(organizations), span)
    found = {}
    for one in organizations:
        hurt_on = last.get(one.pk)
        begins = hurt_on or max(records.since, local_date(one.registered_at))
        if begins > span.last:
            continue
        days = Decimal(facts.days_between(begins, span.last))
        note = "" if hurt_on else "没有受伤记录"
        known_on = min(records.known_on, span.last)
        found[one.pk] = [Value("free_days", days, None, True, known_on, note)]
    return found


def _shutdowns(organizations: Sequence[Organization], span: Span) -> dict[int, list[Value]]:
    after = timedelta(days=rulebook(span.last).whole("exemplar.window_days_after"))
    rows = Shutdown.objects.filter(
        organization__in=_pks(organizations),
        until__gte=span.since - after,
        until__lte=span.last - after,
    ).exclude(status=Stand.RETURNED)
    told = list(rows)
    records = facts.injury_records() if told else None
    windows: dict[int, list[Shutdown]] = defaultdict(list)
    for one in told:
        if records is not None and one.since >= records.since:
            windows[one.organization_id].append(one)
    if not windows:
        return {}
    first = min(one.since for many in windows.values() for one in many)
    hurt = facts.injury_days(list(windows), first, span.last)
    return {org: [_of_windows(many, hurt.get(org, []), after)] for org, many in windows.items()}


def _of_windows(windows: list[Shutdown], hurt: list[date], after: timedelta) -> Value:
    free = sum(not any(one.since <= day <= one.until + after for day in hurt) for one in windows)
    waiting = sum(one.status != Stand.VERIFIED for one in windows)
    note = f"其中 {waiting} 个检修期未核实" if waiting else ""
    on = max(one.until for one in windows)
    return Value("shutdowns", Decimal(free), Decimal(len(windows)), not waiting, on, note)


def _spending(organizations: Sequence[Organization], span: Span) -> dict[int, list[Value]]:
    rows = Spending.objects.filter(
        organization__in=_pks(organizations), year=span.last.year
    ).exclude(status=Stand.RETURNED)
    return {one.organization_id: [of_spending(one)] for one in rows}


def of_spending(one: Spending) -> Value:
    verified = one.status == Stand.VERIFIED
    on = local_date(one.decided_at if verified and one.decided_at else one.declared_at)
    return Value("spending", one.spent, one.prescribed, verified, on, f"{one.year} 年度")


def _rectification(organizations: Sequence[Organization], span: Span) -> dict[int, list[Value]]:
    rows = facts.rectification(_pks(organizations), span)
    return {
        org: [Value("rectification", Decimal(one.in_time), Decimal(one.due), data_on=span.last)]
        for org, one in rows.items()
    }


def _expert(organizations: Sequence[Organization], span: Span) -> dict[int, list[Value]]:
    came = visit_days(_pks(organizations), span)
    found = {}
    for one in organizations:
        days = came.get(one.pk, [])
        on = days[-1] if days else span.last
        found[one.pk] = [Value("expert", Decimal(len(days)), data_on=on)]
    return found


# What each reader reads; who wants only some indicators asks for no others.
READERS: tuple[tuple[frozenset[str], Reader], ...] = (
    (frozenset({"training"}), _training),
    (frozenset({"pass"}), _passes),
    (frozenset(MeasureKey.values), _measures),
    (frozenset({"drills", "drill_speed"}), _drills),
    (frozenset({"free_days"}), _free_days),
    (frozenset({"shutdowns"}), _shutdowns),
    (frozenset({"spending"}), _spending),
    (frozenset({"rectification"}), _rectification),
    (frozenset({"expert"}), _expert),
)
