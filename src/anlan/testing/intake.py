"""Asking the intake as a phone does, through the WSGI door and without a server."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.timezone import now

from anlan.foundation.accounts.models import User
from anlan.foundation.intake import passes
from anlan.foundation.intake.application import PREFIX, Intake
from anlan.foundation.intake.cutoffs import _list, forget_list
from anlan.foundation.intake.endpoints import Endpoint


@dataclass
class Told:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Door:
    """The intake of some endpoints. `user` is who asks unless a request names another."""

    endpoints: Sequence[Endpoint]
    user: User | None = None
    device: str = ""
    application: Intake = field(init=False)

    def __post_init__(self) -> None:
        forget_list()
        self.application = Intake(_no_site, self.endpoints)

    def ask(
        self, path: str, body: Any, *, user: User | None = None, key: str = "", **environ: str
    ) -> Told:
        """POST a body (JSON unless it is bytes) to `/in/<path>` under the user's pass."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        words: dict[str, Any] = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": PREFIX + path,
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(raw)),
            "REMOTE_ADDR": "10.0.0.7",
            "wsgi.input": io.BytesIO(raw),
        }
        who = user or self.user
        if who is not None:
            token = passes.issue(who, at=now(), device=self.device)
            words["HTTP_COOKIE"] = f"{passes.COOKIE}={token}"
        if key:
            words["HTTP_IDEMPOTENCY_KEY"] = key
        return self.send(words | environ)

    def send(self, environ: Mapping[str, Any]) -> Told:
        told: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]]) -> None:
            told.update(status=int(status.split()[0]), headers=dict(headers))

        body = b"".join(self.application(environ, start))
        return Told(body=body, **told)


def nobody_is_cut_off() -> None:
    """The list stands as read and empty, until `cut_off` or `forget_list` has it read again: else
    its statements would fall on whatever page is asked for when five seconds are over."""
    _list._before, _list._closed, _list._asked = {}, frozenset(), set()
    _list._ended = frozenset()
    _list._read_at = float("inf")


def _no_site(environ: Any, start_response: Any) -> Sequence[bytes]:
    start_response("404 Not Found", [])
    return [b"the site"]
