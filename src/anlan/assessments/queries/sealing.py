"""When phones may fetch sealed papers, by the rules in force."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from anlan.assessments.models import Sitting
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date


@dataclass(frozen=True, slots=True)
class SealTerms:
    """From when, and over how long phones spread their asking."""

    since: datetime
    spread: timedelta


def seal_terms(sitting: Sitting, at: datetime) -> SealTerms:
    rules = rulebook(local_date(at), scope=sitting.industry)
    hours = timedelta(hours=rules.number("exam.seal_hours"))
    spread = timedelta(minutes=rules.number("exam.seal_spread_minutes"))
    return SealTerms(sitting.opens_at - hours, spread)
