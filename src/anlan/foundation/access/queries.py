"""Reading accounts: who looks after whom, what somebody may, what waits, who is locked out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from axes.helpers import get_cool_off, get_failure_limit
from axes.models import AccessAttempt
from django.db.models import Max, Q, QuerySet, Sum

from anlan.foundation.access import places
from anlan.foundation.access.models import RoleProposal
from anlan.foundation.access.policies import looks_after_all
from anlan.foundation.accounts.models import Grant, LoginSession, Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach

STAFF = tuple(role for role in Role if role != Role.LEARNER)
SOON = timedelta(days=30)


def accounts_visible_to(user: User) -> QuerySet[User]:
    """Accounts of staff (learners are people, see identity): all, or those of one's districts."""
    staff = User.objects.filter(Q(grants__role__in=STAFF) | Q(grants__isnull=True))
    if looks_after_all(user):
        return staff.distinct()
    districts = reach(user).districts
    near = Q()
    for kind in (ScopeKind.DISTRICT, ScopeKind.ORGANIZATION, ScopeKind.CLASS):
        near |= Q(scope_kind=kind, scope_key__in=places.keys_in(kind, districts))
    holders = Grant.objects.filter(near, role__in=STAFF).values("user")
    return User.objects.filter(pk__in=holders)


def account_for(user: User, uid: UUID) -> User:
    """One account that the user looks after; `DoesNotExist` for the others."""
    return accounts_visible_to(user).get(uid=uid)


def accounts(user: User, text: str) -> QuerySet[User]:
    """Those whose name or user name holds the text, in the order of names."""
    rows = accounts_visible_to(user).prefetch_related("grants").order_by("name", "id")
    typed = text.strip()
    return rows.filter(Q(name__icontains=typed) | Q(username__icontains=typed)) if typed else rows


@dataclass(frozen=True)
class ShownGrant:
    """A grant as a page shows it."""

    grant: Grant
    place: str
    state: str  # open, soon, ahead, over

    @property
    def role(self) -> str:
        return str(Role(self.grant.role).label)


def shown_grants(grants: Iterable[Grant], *, at: datetime) -> list[ShownGrant]:
    """With the names of their places; those in force first, then the newest."""
    rows = list(grants)
    known = places.named({(g.scope_kind, g.scope_key) for g in rows})
    shown = [ShownGrant(g, _place(g, known), _state(g, at)) for g in rows]
    return sorted(shown, key=lambda s: (s.state == "over", -s.grant.since.timestamp()))


def open_grants(users: Iterable[User], *, at: datetime) -> dict[int, list[ShownGrant]]:
    """What each of these may now, the names of the places read together."""
    rows = [g for user in users for g in user.grants.all()]
    found: dict[int, list[ShownGrant]] = {}
    for shown in shown_grants(rows, at=at):
        if shown.state != "over":
            found.setdefault(shown.grant.user_id, []).append(shown)
    return found


def _place(grant: Grant, known: dict[tuple[str, str], places.Place]) -> str:
    place = known.get((grant.scope_kind, grant.scope_key))
    return place.name if place else f"{ScopeKind(grant.scope_kind).label} {grant.scope_key}"


def _state(grant: Grant, at: datetime) -> str:
    if grant.until is not None and grant.until <= at:
        return "over"
    if grant.since > at:
        return "ahead"
    return "soon" if grant.until is not None and grant.until - at <= SOON else "open"


def grants_of(user: User) -> QuerySet[Grant]:
    return Grant.objects.filter(user=user).select_related("user", "granted_by", "ended_by")


def grant_for(user: User, uid: UUID, number: int) -> Grant:
    """One grant of an account that the user looks after, over a place of the user's own reach."""
    grant = grants_of(account_for(user, uid)).get(pk=number)
    if not within(user, ScopeKind(grant.scope_kind), grant.scope_key):
        raise Grant.DoesNotExist
    return grant


def within(user: User, kind: ScopeKind, key: str) -> bool:
    """Whether a place lies in the user's reach."""
    if looks_after_all(user):
        return True
    return key in places.keys_in(kind, reach(user).districts)


def ending_soon(user: User, *, at: datetime) -> QuerySet[Grant]:
    """Roles that end within thirty days, the next first."""
    rows = Grant.objects.filter(until__gt=at, until__lte=at + SOON)
    rows = rows.filter(user__in=accounts_visible_to(user))
    return rows.select_related("user", "granted_by").order_by("until")


def open_proposals() -> QuerySet[RoleProposal]:
    rows = RoleProposal.objects.filter(decided_at__isnull=True)
    return rows.select_related("user", "proposed_by").order_by("proposed_at")


def proposal_for(user: User, uid: UUID) -> RoleProposal:
    if not looks_after_all(user):
        raise RoleProposal.DoesNotExist
    return open_proposals().get(uid=uid)


def sessions_of(user: User, *, at: datetime) -> QuerySet[LoginSession]:
    return LoginSession.objects.filter(user=user, expire_date__gt=at).order_by("-seen_at")


@dataclass(frozen=True)
class Lock:
    """A user name that can't log in from one address for now."""

    username: str
    address: str
    until: datetime


def locks(*, at: datetime, username: str = "", address: str = "") -> list[Lock]:
    """Who is locked out, after django-axes' own counting; the longest to wait first."""
    cool_off = get_cool_off()
    rows = AccessAttempt.objects.filter(attempt_time__gt=at - cool_off)
    if username:
        rows = rows.filter(username=username)
    if address:
        rows = rows.filter(ip_address=address)
    found = (
        rows.values("username", "ip_address")
        .annotate(failures=Sum("failures_since_start"), last=Max("attempt_time"))
        .filter(failures__gte=get_failure_limit(None, None))
        .order_by("-last")
    )
    return [
        Lock(row["username"] or "", row["ip_address"] or "", row["last"] + cool_off)
        for row in found
    ]
