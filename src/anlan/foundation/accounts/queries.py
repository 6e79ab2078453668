"""What a user may reach, read once per request."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils.timezone import now

from anlan.foundation.accounts.models import Grant, Role, ScopeKind, User


@dataclass(frozen=True)
class Reach:
    """A user's grants at one moment, asked many times by policies and `visible_to`."""

    grants: tuple[tuple[str, str, str], ...]

    def has(self, *roles: Role) -> bool:
        return any(role in roles for role, _, _ in self.grants)

    def keys(self, scope: ScopeKind, *roles: Role) -> frozenset[str]:
        """Scope keys of one kind, of any of the roles (of every role when none is named)."""
        return frozenset(
            key for role, kind, key in self.grants if kind == scope and (not roles or role in roles)
        )

    @property
    def whole_city(self) -> bool:
        """City officials and the platform's operators see every record of the city."""
        return any(
            kind == ScopeKind.CITY and role in {Role.CITY_OFFICIAL, Role.OPERATOR}
            for role, kind, _ in self.grants
        )

    @property
    def districts(self) -> frozenset[str]:
        return self.keys(ScopeKind.DISTRICT, Role.DISTRICT_OFFICIAL)

    @property
    def industries(self) -> frozenset[str]:
        return self.keys(ScopeKind.INDUSTRY, Role.DEPARTMENT_OFFICIAL)

    @property
    def organizations(self) -> frozenset[str]:
        """`uid`s of the organisations that the user works for, in whatever role."""
        return self.keys(ScopeKind.ORGANIZATION)

    @property
    def classes(self) -> frozenset[str]:
        """`uid`s of single classes that the user teaches or examines, for another provider too."""
        return self.keys(ScopeKind.CLASS, Role.TRAINER, Role.EXAMINER)

    @property
    def official(self) -> bool:
        return self.has(Role.CITY_OFFICIAL, Role.DISTRICT_OFFICIAL, Role.DEPARTMENT_OFFICIAL)

    def teaches_in(self, organization_uid: object, class_uid: object, *roles: Role) -> bool:
        """Holds one of the roles in the whole organisation, or for this one class of it."""
        single = str(class_uid) in self.keys(ScopeKind.CLASS, *roles)
        return single or self.works_for(organization_uid, *roles)

    def works_for(self, organization_uid: object, *roles: Role) -> bool:
        return str(organization_uid) in self.keys(ScopeKind.ORGANIZATION, *roles)


NOBODY = Reach(())


def reach(user: User | AnonymousUser, *, at: datetime | None = None) -> Reach:
    """The user's grants in force `at` (now when not said); kept on the user for the request."""
    if not isinstance(user, User) or not user.is_active:
        return NOBODY
    kept: Reach | None = getattr(user, "_reach", None)
    if kept is not None and at is None:
        return kept
    moment = at or now()
    rows = _in_force(moment).filter(user=user).values_list("role", "scope_kind", "scope_key")
    found = Reach(tuple(rows))
    if at is None:
        user._reach = found  # type: ignore[attr-defined]
    return found


def users_with(role: Role, scope: ScopeKind, key: str = "") -> list[User]:
    """Everybody who holds a role over a scope now, once each; for notices."""
    grants = _in_force(now()).filter(role=role, scope_kind=scope, scope_key=key)
    return list(User.objects.filter(is_active=True, grants__in=grants).distinct().order_by("id"))


def _in_force(moment: datetime) -> QuerySet[Grant]:
    return Grant.objects.filter(Q(until__isnull=True) | Q(until__gt=moment), since__lte=moment)
