"""Which desks a user has. One user may hold several roles and switches between them."""

from dataclasses import dataclass

from anlan.foundation.accounts.models import Role, User
from anlan.foundation.accounts.queries import reach


@dataclass(frozen=True)
class Seat:
    """One desk and the roles that sit at it."""

    key: str
    label: str
    roles: tuple[Role, ...]


OFFICIAL = Seat(
    "official",
    "监管",
    (Role.CITY_OFFICIAL, Role.DISTRICT_OFFICIAL, Role.DEPARTMENT_OFFICIAL),
)
PROVIDER = Seat("provider", "班主任", (Role.CLASS_MANAGER,))
TEACHING = Seat("teaching", "讲师与考官", (Role.TRAINER, Role.EXAMINER))
ENTERPRISE = Seat("enterprise", "企业", (Role.SAFETY_OFFICER,))
OPERATOR = Seat("operator", "运维", (Role.OPERATOR,))
LEARNER = Seat("learner", "学员", (Role.LEARNER,))
NEWCOMER = Seat("newcomer", "登记", ())
SEATS = (OFFICIAL, PROVIDER, TEACHING, ENTERPRISE, OPERATOR, LEARNER)


def seats_of(user: User) -> list[Seat]:
    """The user's desks, the one with the widest duty first; without a role one registers."""
    mine = reach(user)
    return [seat for seat in SEATS if mine.has(*seat.roles)] or [NEWCOMER]


def seat_for(user: User, wanted: str) -> Seat:
    """The desk asked for if the user has it, else the first."""
    own = seats_of(user)
    return next((seat for seat in own if seat.key == wanted), own[0])
