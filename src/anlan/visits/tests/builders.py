"""Lists, experts, walks and visits in any state, made by the services alone."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.services import give_role
from anlan.hazards.tests.builders import a_photo
from anlan.organizations.models import Organization
from anlan.testing.cast import NOW, Cast, a_user
from anlan.testing.scenes import remembered
from anlan.visits.models import Checklist, Item, Outcome, Status, Visit
from anlan.visits.queries.checklists import items_of, lists_for
from anlan.visits.services import arranging, visiting
from anlan.visits.services.checklists import load_inspection_lists
from anlan.visits.services.inspecting import Found, Walk

DAY = timedelta(days=1)


@remembered
def an_expert(
    cast: Cast, username: str = "expert", name: str = "专家", industry: str = "hazchem"
) -> User:
    """An expert of hazardous chemicals; every shipped list is there."""
    load_inspection_lists()
    return a_user(username, name, Role.EXPERT, ScopeKind.INDUSTRY, industry)


def lists_of(organization: Organization, at: datetime = NOW) -> list[Checklist]:
    return lists_for(organization, at.date())


def found_of(
    items: Sequence[Item],
    photos: list,  # type: ignore[type-arg]
    *,
    wanting: Sequence[str] = (),
    advised: Sequence[str] = (),
    absent: Sequence[str] = (),
    counts: tuple[int, int] = (8, 10),
) -> list[Found]:
    """An answer on every item: what is named is wanting, advised or absent; the rest is met."""
    outcomes = {
        **dict.fromkeys(wanting, Outcome.WANTING),
        **dict.fromkeys(advised, Outcome.ADVICE),
        **dict.fromkeys(absent, Outcome.ABSENT),
    }
    return [
        Found(
            item=one,
            outcome=outcomes.get(one.key, Outcome.MET),
            place="二车间",
            words="看到了" if one.key in outcomes else "",
            photos=photos if one.key in wanting else (),
            counts=counts if one.measure and one.key not in absent else None,
        )
        for one in items
    ]


def a_walk(
    organization: Organization,
    photos: list,  # type: ignore[type-arg]
    *,
    at: datetime = NOW,
    nonce: uuid.UUID | None = None,
    wanting: Sequence[str] = (),
    advised: Sequence[str] = (),
    absent: Sequence[str] = ("general-other",),
    counts: tuple[int, int] = (8, 10),
) -> Walk:
    lists = lists_of(organization, at)
    found = found_of(
        items_of(lists), photos, wanting=wanting, advised=advised, absent=absent, counts=counts
    )
    return Walk(organization, lists, found, nonce or uuid.uuid4())


@remembered
def a_requested_visit(cast: Cast, at: datetime = NOW) -> Visit:
    return arranging.request_visit(cast.enterprise, "请看动火管理", by=cast.safety_officer, at=at)


@remembered
def a_booked_visit(cast: Cast, expert: User, at: datetime = NOW) -> Visit:
    """Booked for nine o'clock tomorrow."""
    visit = a_requested_visit(cast, at)
    arranging.assign_expert(visit, expert, by=cast.district_official, at=at)
    times = [at + n * DAY for n in (1, 2, 3)]
    arranging.propose_times(visit, times, by=expert, at=at)
    slot = visit.slots.order_by("starts_at")[0]
    arranging.choose_time(visit, slot, by=cast.safety_officer, at=at)
    return visit


@remembered
def a_running_visit(cast: Cast, expert: User, at: datetime = NOW) -> Visit:
    visit = a_booked_visit(cast, expert, at)
    spot = visiting.Spot(36.68, 117.06, 12)
    visiting.begin_visit(visit, spot, a_photo(expert, at), by=expert, at=at + DAY)
    return visit


@remembered
def a_made_visit(
    cast: Cast,
    expert: User,
    *,
    wanting: Sequence[str] = ("general-ppe", "hazchem-alarm"),
    to: Status = Status.RECEIVED,
    at: datetime = NOW,
) -> Visit:
    """Walked, and signed and received as far as `to` asks."""
    visit = a_running_visit(cast, expert, at)
    end = at + DAY + timedelta(hours=3)
    photos = a_photo(expert, end)
    walk = a_walk(cast.enterprise, photos, at=end, wanting=wanting, advised=("hazchem-static",))
    visiting.end_visit(visit, walk, None, by=expert, at=end)
    visit.refresh_from_db()
    if to in (Status.SIGNED, Status.RECEIVED):
        visiting.sign_report(visit, "总体较好", "先修报警器", by=expert, at=end + DAY)
    if to == Status.RECEIVED:
        visiting.receive_report(visit, by=cast.safety_officer, at=end + 2 * DAY)
    return visit


def works_there_too(user: User, organization: Organization, at: datetime = NOW) -> None:
    key = str(organization.uid)
    give_role(user, Role.SAFETY_OFFICER, ScopeKind.ORGANIZATION, key, by=None, at=at, reason="测试")
