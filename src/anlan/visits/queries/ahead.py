"""What comes next for one enterprise: the visit, the next self-inspection, what is still open."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter

from django.db.models import Max, Q

from anlan.foundation.rules.queries import rulebook_at_hand
from anlan.hazards.states import OPEN
from anlan.lib.dates import local_date
from anlan.organizations.models import Organization, Status
from anlan.visits.models import Inspection, Kind, Visit
from anlan.visits.models import Status as Stage
from anlan.visits.queries.inspections import findings_of
from anlan.visits.states import MADE

AHEAD = (Stage.BOOKED, Stage.RUNNING)


@dataclass(frozen=True)
class NextSteps:
    """For the enterprise's page. Visits are moments; their uids lead to their pages.

    `open_findings`: hazards that a self-inspection or a visit found and that are not closed.
    """

    last_visit: datetime | None
    next_visit: datetime | None
    inspection_due: date | None
    inspection_overdue: bool
    open_findings: int
    last_visit_uid: uuid.UUID | None = None
    next_visit_uid: uuid.UUID | None = None


def next_steps(organization: Organization, at: datetime) -> NextSteps:
    past, open_ones = Q(status__in=MADE, ended_at__lte=at), Q(status__in=AHEAD)
    visits = list(Visit.objects.filter(past | open_ones, organization=organization))
    made = [one for one in visits if one.status in MADE and one.ended_at and one.ended_at <= at]
    ahead = [one for one in visits if one.status in AHEAD and one.booked_at]
    last = max(made, key=attrgetter("ended_at"), default=None)
    coming = min(ahead, key=attrgetter("booked_at"), default=None)
    due = inspection_due(organization, at)
    return NextSteps(
        last_visit=last.ended_at if last else None,
        next_visit=coming.booked_at if coming else None,
        inspection_due=due,
        inspection_overdue=due is not None and due < local_date(at),
        open_findings=findings_of(organization).filter(status__in=OPEN).count(),
        last_visit_uid=last.uid if last else None,
        next_visit_uid=coming.uid if coming else None,
    )


def inspection_due(organization: Organization, at: datetime) -> date | None:
    """The last day for the next self-inspection; None for who is no approved enterprise.

    By the rule of the day: so many days after the last one, after the approval where there is none.
    """
    if organization.status != Status.APPROVED:
        return None
    rows = Inspection.objects.filter(
        organization=organization, kind=Kind.SELF_CHECK, handed_in_at__lte=at
    )
    last = rows.aggregate(last=Max("handed_in_at"))["last"]
    begins = last or organization.reviewed_at or organization.registered_at
    return local_date(begins) + timedelta(days=inspection_days(organization.key_industry, at))


def inspection_days(industry: str, at: datetime) -> int:
    return rulebook_at_hand(local_date(at), scope=industry).whole("visits.self_inspection_days")
