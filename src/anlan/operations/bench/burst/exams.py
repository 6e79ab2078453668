"""An exam that is open now, for as many learners as a burst wants."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from anlan.assessments.models import Sitting
from anlan.assessments.services import schedule_sittings
from anlan.foundation.rules.queries import rulebook
from anlan.identity.models import Person
from anlan.lib.dates import local_date

INDUSTRY = "hazchem"


def open_sittings(people: Sequence[Person], *, at: datetime) -> list[Sitting]:
    """A paper for each, open since a minute and for three hours."""
    return schedule_sittings(
        people,
        title="量测考试（演示）",
        industry=INDUSTRY,
        rules=rulebook(local_date(at), scope=INDUSTRY),
        opens_at=at - timedelta(minutes=1),
        closes_at=at + timedelta(hours=3),
        by=None,
        at=at,
    )
