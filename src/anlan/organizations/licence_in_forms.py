"""A photograph inside a form that is being filled in: nothing typed is lost by any of its acts.

Acts (`act` of the post): `photo` takes one in, `drop` throws it away, `look` shows how far the
reading is, `use:<field>` and `use:all` take its words over. They are buttons, so that they work
without a script; with one, only the part of the page changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.http import HttpRequest

from anlan.foundation.accounts.models import User
from anlan.lib.refusals import Refused
from anlan.organizations import licence_queries, licence_services
from anlan.organizations.licence_forms import photo_in, taken_over
from anlan.organizations.models import LicencePhoto, Organization
from anlan.organizations.shown_licences import ShownLicence

USE = "use:"


class Owner(Protocol):
    """Whose photograph it is: a guide's, or an organisation's."""

    def photo(self) -> LicencePhoto | None: ...

    def take(self, content: bytes) -> LicencePhoto: ...

    @property
    def by(self) -> User | None: ...

    @property
    def at(self) -> datetime: ...


@dataclass(frozen=True)
class GuideOwner:
    """A registration that is being typed."""

    key: str
    address: str
    at: datetime
    by: User | None = None

    def photo(self) -> LicencePhoto | None:
        return licence_queries.photo_of_draft(self.key) if self.key else None

    def take(self, content: bytes) -> LicencePhoto:
        words: dict[str, Any] = {"address": self.address, "at": self.at}
        return licence_services.photograph_for_draft(self.key, content, **words)


@dataclass(frozen=True)
class OrganizationOwner:
    """A registration that was returned and is being mended."""

    organization: Organization
    address: str
    at: datetime
    by: User

    def photo(self) -> LicencePhoto | None:
        return licence_queries.photo_of(self.organization)

    def take(self, content: bytes) -> LicencePhoto:
        words: dict[str, Any] = {"by": self.by, "address": self.address, "at": self.at}
        return licence_services.photograph(self.organization, content, **words)


@dataclass(frozen=True)
class Answer:
    """What the form holds after the act, and why the act was refused, if it was."""

    typed: dict[str, Any]
    refused: Refused | None = None

    @property
    def status(self) -> int:
        return self.refused.status if self.refused else 200


def answer(request: HttpRequest, act: str, typed: dict[str, Any], owner: Owner) -> Answer:
    """Do what the button says. A refusal is said inside the form."""
    try:
        if act == "photo":
            owner.take(photo_in(request))
        elif photo := owner.photo():
            if act == "drop":
                licence_services.drop(photo, by=owner.by, at=owner.at)
            elif act.startswith(USE):
                rows = licence_queries.compare(photo, typed, owner.at)
                typed = taken_over(typed, rows, act.removeprefix(USE))
    except Refused as refused:
        return Answer(typed, refused)
    return Answer(typed)


def shown(owner: Owner, typed: Mapping[str, Any], refused: Refused | None = None) -> dict[str, Any]:
    """What the form's page needs for its part about the photograph."""
    return {"licence": ShownLicence.of(owner.photo(), typed, owner.at), "photo_refused": refused}
