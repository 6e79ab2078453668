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
EXPERT = Seat("expert", "专家", (Role.EXPERT,))
ENTERPRISE = Seat("enterprise", "企业", (Role.SAFETY_OFFICER,))
OPERATOR = Seat("operator", "运维", (Role.OPERATOR,))
LEARNER = Seat("learner", "学员", (Role.LEARNER,))
NEWCOMER = Seat("newcomer", "登记", ())
SEATS = (OFFICIAL, PROVIDER, TEACHING, EXPERT, ENTERPRISE, OPERATOR, LEARNER)


def seats_of(user: User, *, learns: bool) -> list[Seat]:
    """The user's desks, the widest duty first; whoever `learns` has the learner's, role or not."""
    mine = reach(user)
    held = {seat for seat in SEATS if mine.has(*seat.roles)} | ({LEARNER} if learns else set())
    return [seat for seat in SEATS if seat in held] or [NEWCOMER]


def seat_for(seats: list[Seat], wanted: str) -> Seat:
    """The desk asked for if it is among them, else the first."""
    return next((seat for seat in seats if seat.key == wanted), seats[0])
