"""How an enterprise stands, in a few words for the page that gathers all rooms."""

from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from anlan.exemplars.definitions import DEFINITIONS
from anlan.exemplars.models import Exemplar, Status
from anlan.exemplars.queries.comparison import values_of_today
from anlan.exemplars.queries.criteria import Criterion, check
from anlan.exemplars.queries.exemplars import newest_of
from anlan.exemplars.queries.exemplars import standing as word_of
from anlan.exemplars.queries.indicators import Value, indicators
from anlan.exemplars.spans import year_span
from anlan.exemplars.texts import note_text, value_text
from anlan.foundation.rules.queries import rulebook_at_hand
from anlan.lib.dates import date_text, local_date
from anlan.organizations.models import Organization


@dataclass(frozen=True)
class Indicator:
    """`ok`: whether the criterion of this name is fulfilled; None where unknown or not asked."""

    key: str
    label: str
    value: str
    note: str
    ok: bool | None


@dataclass(frozen=True)
class StandingNow:
    """This year's indicators, how many criteria are met, what the naming is, where to read on.

    `computed_on`: the day on which the job wrote the indicators down; None where they are computed
    at this moment.
    """

    indicators: tuple[Indicator, ...]
    met: int
    criteria: tuple[Criterion, ...]
    exemplar: str
    url: str
    check_url: str
    computed_on: date | None = None


def standing_of(organization: Organization, at: datetime) -> StandingNow:
    """Some fifteen queries, twice as many where the job has not come by today: not for a list."""
    today = local_date(at)
    kept = values_of_today(organization, today)
    span = year_span(today.year, today)
    values = kept or indicators([organization], span)[organization.pk]
    book = rulebook_at_hand(today, scope=organization.key_industry)
    criteria = check(organization, today, book).criteria
    outcomes = {one.key: one.outcome for one in criteria}
    return StandingNow(
        indicators=tuple(_indicator(values[one.key], outcomes.get(one.key)) for one in DEFINITIONS),
        met=sum(one.outcome is True for one in criteria),
        criteria=criteria,
        exemplar=state_text(newest_of(organization), at),
        url=reverse("exemplars:indicators", args=[organization.uid]),
        check_url=reverse("exemplars:check", args=[organization.uid]),
        computed_on=today if kept else None,
    )


def state_text(exemplar: Exemplar | None, at: datetime) -> str:
    """示范企业，有效期至…; 公示中，至…; 未申报."""
    if exemplar is None:
        return "未申报示范企业"
    today = local_date(at)
    if exemplar.status in (Status.NAMED, Status.DOUBTED) and exemplar.valid_until:
        if word_of(exemplar, today) == "expired":
            return f"示范企业，已于{date_text(exemplar.valid_until)}到期"
        return f"示范企业，有效期至{date_text(exemplar.valid_until)}"
    if exemplar.status == Status.ANNOUNCED and exemplar.notice_until:
        return f"示范企业公示中，至{date_text(exemplar.notice_until)}"
    return f"示范企业：{exemplar.get_status_display()}"


def _indicator(value: Value, ok: bool | None) -> Indicator:
    return Indicator(value.key, value.definition.name, value_text(value), note_text(value), ok)
