"""The session engine: Django's table, and beside each session who, from where, with what.

It costs a page no statement: what `Came` says is written when the session is written anyway, and
the last sight of a browser is renewed every ten minutes at most.
"""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils.timezone import now

from anlan.foundation.accounts.models import LoginSession

SEEN_EVERY = timedelta(minutes=10)


@dataclass(frozen=True)
class Came:
    """How a browser came: its own name, the network of its address."""

    agent: str = ""
    network: str = ""


class SessionStore(DatabaseStore):
    """`came` is told by the middleware before the session is saved."""

    came = Came()

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.row: LoginSession | None = None

    @classmethod
    def get_model_class(cls) -> type[LoginSession]:
        return LoginSession

    def _get_session_from_db(self) -> Any:
        found = super()._get_session_from_db()  # type: ignore[misc]
        self.row = found
        return found

    def create(self) -> None:
        self.row = None
        super().create()

    def create_model_instance(self, data: dict[str, Any]) -> LoginSession:
        made = super().create_model_instance(data)
        assert isinstance(made, LoginSession)
        at, kept = now(), self.row
        made.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        same = kept is not None and kept.user_id == made.user_id
        made.since = kept.since if kept is not None and same else at
        made.seen_at = kept.seen_at if kept is not None and same else at
        made.agent = self.came.agent or (kept.agent if kept is not None else "")
        made.network = self.came.network or (kept.network if kept is not None else "")
        self.row = made
        return made

    def see(self, came: Came, *, at: datetime) -> None:
        """Note that the browser is still there; a statement every ten minutes at most."""
        self.came = came
        row = self.row
        if row is None or row.user_id is None:
            return
        if row.seen_at is None or at - row.seen_at >= SEEN_EVERY:
            row.seen_at, row.agent, row.network = at, came.agent, came.network
            LoginSession.objects.filter(pk=row.pk).update(
                seen_at=at, agent=came.agent, network=came.network
            )


def network_of(address: str) -> str:
    """192.0.2.7 → 192.0.2.*; of IPv6 the first three groups; empty for what is no address."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if found.version == 4:
        return address.rpartition(".")[0] + ".*"
    return ":".join(found.exploded.split(":")[:3]) + ":*"
