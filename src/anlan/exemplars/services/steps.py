"""What the verbs of this room share: whom they tell."""

from collections.abc import Iterable
from datetime import datetime

from anlan.exemplars.models.declarations import Declaration
from anlan.exemplars.models.exemplars import Exemplar
from anlan.foundation.accounts.models import User
from anlan.foundation.notices.services import tell_others


def tell_about(
    one: Declaration | Exemplar,
    users: Iterable[User],
    title: str,
    url: str,
    *,
    at: datetime,
    but: User | None,
) -> None:
    """A notice for each of them except who did it."""
    body = one.organization.name
    tell_others(users, title, one.subject, body=body, url=url, at=at, but=but)
