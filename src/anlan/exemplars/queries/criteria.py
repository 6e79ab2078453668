"""The criteria of a demonstration enterprise by the dated rules, each yes, no or unknown.

Unknown never counts as fulfilled: what nobody has recorded, what is declared and not verified, what
could be a serious injury.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from anlan.exemplars.definitions import BY_KEY
from anlan.exemplars.models import Drill, Spending, Stand
from anlan.exemplars.queries import facts
from anlan.exemplars.queries.indicators import NO_DATA, Value, indicators, of_spending
from anlan.exemplars.spans import Span, twelve_months, years_before
from anlan.exemplars.texts import parts_text, value_text
from anlan.foundation.rules.queries import Rulebook, Ruling, rulebook
from anlan.organizations.models import Organization

Outcome = bool | None
SHARES = ("training", "pass", "rectification")  # criteria over an indicator of the twelve months


@dataclass(frozen=True)
class Criterion:
    """One line of a check: what was found, what is wanted, by which rule, from what."""

    key: str
    name: str
    outcome: Outcome
    value: str
    wanted: str
    rule: str
    ruling: Ruling
    since: date
    until: date
    numerator: str
    denominator: str
    source: str
    parts: str = ""
    data_on: date | None = None
    note: str = ""


@dataclass(frozen=True)
class Standing:
    """Every criterion of one enterprise on one day."""

    organization: Organization
    on: date
    criteria: tuple[Criterion, ...]

    @property
    def fulfilled(self) -> bool:
        return all(one.outcome is True for one in self.criteria)

    @property
    def broken(self) -> list[Criterion]:
        """Certainly not fulfilled; what is unknown isn't among them."""
        return [one for one in self.criteria if one.outcome is False]

    @property
    def lacking(self) -> list[Criterion]:
        return [one for one in self.criteria if one.outcome is not True]


def check(organization: Organization, on: date, book: Rulebook | None = None) -> Standing:
    """The criteria over the twelve months that end on a day, by the rules of that day."""
    book = book or rulebook(on, scope=organization.key_industry)
    span = twelve_months(on)
    values = indicators([organization], span, SHARES)[organization.pk]
    return Standing(
        organization,
        on,
        (
            _share("training", values["training"], book, "exemplar.training_share", span),
            _share("pass", values["pass"], book, "exemplar.pass_share", span),
            _serious(organization, book, on),
            _share(
                "rectification", values["rectification"], book, "exemplar.rectified_share", span
            ),
            _overdue_major(organization, book, span),
            _self_checks(organization, book, span),
            _drills(organization, book, span),
            _spending(organization, book, on),
            _revoked(organization, book, span),
        ),
    )


def _share(key: str, value: Value, book: Rulebook, rule: str, span: Span) -> Criterion:
    ruling = book.ruling(rule)
    wanted = Decimal(str(ruling.value))
    defined = BY_KEY[key]
    return Criterion(
        key=key,
        name=defined.name,
        outcome=_reaches(value, wanted),
        value=value_text(value),
        wanted=f"不低于 {_percent(wanted)}",
        rule=rule,
        ruling=ruling,
        since=span.since,
        until=span.last,
        numerator=defined.numerator,
        denominator=defined.denominator,
        source=defined.source,
        parts=parts_text(value),
        data_on=value.data_on,
        note=value.note,
    )


def _reaches(value: Value, wanted: Decimal) -> Outcome:
    """Exact: 19 of 20 is 95 %; what isn't verified can fail, but not succeed."""
    if value.numerator is None or not value.denominator:
        return None
    if value.numerator < wanted * value.denominator:
        return False
    return True if value.verified else None


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f}%"


def _count(
    key: str, name: str, number: int | None, ruling: Ruling, rule: str, span: Span, **words: str
) -> Criterion:
    """A criterion over a count; `number` None is not known."""
    most = int(ruling.value)
    return Criterion(
        key=key,
        name=name,
        outcome=None if number is None else number <= most,
        value=NO_DATA if number is None else f"{number} {words['unit']}",
        wanted=f"不超过 {most} {words['unit']}" if most else f"应为 0 {words['unit']}",
        rule=rule,
        ruling=ruling,
        since=span.since,
        until=span.last,
        numerator=words["numerator"],
        denominator="不是比率，没有分母。",
        source=words["source"],
        note=words.get("note", ""),
    )


def _serious(organization: Organization, book: Rulebook, on: date) -> Criterion:
    """No death or serious injury at work; a gap in the records makes it unknown."""
    years = book.whole("exemplar.serious_years")
    rule = "exemplar.serious_years"
    since = years_before(on, years) + timedelta(days=1)
    records, seen = facts.serious_injuries(organization.pk, since, on)
    note = _gap(records, since, on, book) or (
        f"{seen.unclear} 件伤害程度或情形未说明" if seen.unclear else ""
    )
    made = _count(
        "serious",
        f"{years} 年内无死亡、重伤",
        seen.certain if seen.certain or not note else None,
        Ruling(0, book.ruling(rule).clause, book.ruling(rule).label),
        rule,
        Span(since, on),
        unit="人",
        numerator="受伤日期在期内，工作时间和场所内或因工外出中死亡、重伤的人数。",
        source="工伤案件，按受伤日期。",
        note=note,
    )
    known = records.known_on if records else None
    return replace(made, data_on=known, ruling=book.ruling(rule))


def _gap(records: facts.InjuryRecords | None, since: date, on: date, book: Rulebook) -> str:
    """Why the platform can't say that nothing happened; empty when it can."""
    if records is None:
        return "平台还没有工伤记录"
    if records.since > since:
        return f"平台的工伤记录从 {records.since.isoformat()} 开始"
    if facts.days_between(records.known_on, on) > book.whole("exemplar.injury_fresh_days"):
        return f"工伤记录最后更新于 {records.known_on.isoformat()}"
    return ""


def _overdue_major(organization: Organization, book: Rulebook, span: Span) -> Criterion:
    rule = "exemplar.overdue_major_max"
    return _count(
        "overdue_major",
        "无超期的重大隐患",
        facts.overdue_major([organization.pk], span).get(organization.pk, 0),
        book.ruling(rule),
        rule,
        Span(span.last, span.last),
        unit="条",
        numerator="核对之日尚未销号、当前步骤已过期限的重大隐患。",
        source="隐患台账。",
    )


def _revoked(organization: Organization, book: Rulebook, span: Span) -> Criterion:
    rule = "exemplar.revoked_max"
    return _count(
        "revoked",
        "培训证明没有被撤销",
        facts.revoked_certificates([organization.pk], span).get(organization.pk, 0),
        book.ruling(rule),
        rule,
        span,
        unit="张",
        numerator="期内被撤销的本企业职工培训合格证明。",
        source="证书台账。",
    )


def _at_least(made: Criterion, number: int, unit: str, waiting: int = 0) -> Criterion:
    """The same turned round: enough, not enough, or enough only if what waits is verified."""
    least = int(made.ruling.value)
    outcome: Outcome = number >= least
    if not outcome and number + waiting >= least:
        outcome = None
    note = f"另有 {waiting} {unit}待核实" if waiting else ""
    return replace(made, outcome=outcome, wanted=f"不少于 {least} {unit}", note=note)


def _self_checks(organization: Organization, book: Rulebook, span: Span) -> Criterion:
    rule = "exemplar.self_check_months"
    months = facts.self_check_months([organization.pk], span).get(organization.pk, 0)
    made = _count(
        "self_check",
        "坚持自查",
        months,
        book.ruling(rule),
        rule,
        span,
        unit="个月",
        numerator="近十二个月里，企业提交过自查表，或自查并上报过隐患的月份数。",
        source="企业自查记录；隐患台账里来源为企业自查的。",
    )
    return _at_least(made, months, "个月")


def _drills(organization: Organization, book: Rulebook, span: Span) -> Criterion:
    rule = "exemplar.drills_min"
    rows = Drill.objects.filter(
        organization=organization, held_on__gte=span.since, held_on__lte=span.last
    )
    held = list(rows.values_list("status", flat=True))
    verified = held.count(Stand.VERIFIED)
    made = _count(
        "drills",
        "异常工况应急演练",
        verified,
        book.ruling(rule),
        rule,
        span,
        unit="次",
        numerator="近十二个月里举行、经区县核实的应急演练次数。",
        source=BY_KEY["drills"].source,
    )
    return _at_least(made, verified, "次", held.count(Stand.DECLARED))


def _spending(organization: Organization, book: Rulebook, on: date) -> Criterion:
    """Of the last whole year: declared, verified and as much as was prescribed."""
    year = on.year - 1
    row = (
        Spending.objects.filter(organization=organization, year=year)
        .exclude(status=Stand.RETURNED)
        .first()
    )
    note = f"没有申报 {year} 年度安全投入"
    value = of_spending(row) if row else Value("spending", note=note)
    span = Span(date(year, 1, 1), date(year, 12, 31))
    made = _share("spending", value, book, "exemplar.spending_share", span)
    waits = row is not None and not value.verified
    return replace(made, note=f"{value.note}，未核实") if waits else made


def lacking_words(criteria: Sequence[Criterion]) -> str:
    """参训率 91.0%（不低于 95%）、…"""
    return "、".join(f"{one.name} {one.value}（{one.wanted}）" for one in criteria)
