"""What the registration guide keeps between its steps, in the visitor's session.

The password is kept as its hash only; nothing is written elsewhere until the last step.
"""

import secrets
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.sessions.backends.base import SessionBase

from anlan.foundation.ui.parts import Step, steps_until

_KEY = "organizations.guide"
_LONGEST = 200


@dataclass
class Draft:
    """Account and organisation as typed so far."""

    session: SessionBase

    @property
    def account(self) -> dict[str, str]:
        return dict(self._kept.get("account", {}))

    @property
    def facts(self) -> dict[str, Any]:
        return dict(self._kept.get("facts", {}))

    @property
    def checked(self) -> bool:
        """Whether the organisation's facts passed the form."""
        return bool(self._kept.get("checked"))

    def keep_account(self, *, person_name: str, username: str, password: str) -> None:
        account = {
            "person_name": person_name,
            "username": username,
            "hash": make_password(password),
        }
        self._keep(account=account)

    def keep_facts(self, values: dict[str, Any], *, checked: bool) -> None:
        facts = {
            name: value[:_LONGEST] if isinstance(value, str) else value
            for name, value in values.items()
        }
        self._keep(facts=facts, checked=checked)

    @property
    def photo_key(self) -> str:
        """Under which a picture of the licence lies; empty until one may be taken."""
        return str(self._kept.get("photo", ""))

    def allow_photo(self) -> None:
        """Make the key before there is a picture: two requests at once must not make two."""
        if not self.photo_key:
            self._keep(photo=secrets.token_urlsafe(18))

    def forget(self) -> None:
        self.session.pop(_KEY, None)

    @property
    def _kept(self) -> dict[str, Any]:
        return dict(self.session.get(_KEY, {}))

    def _keep(self, **changes: Any) -> None:
        self.session[_KEY] = self._kept | changes


def steps(now: int, *, with_account: bool, urls: list[str]) -> list[Step]:
    """The guide's steps with links back; `now` counts from the account step."""
    labels = ["登录账号", "单位信息", "核对并提交", "等待审核"]
    made = steps_until(labels, now)
    linked = [
        Step(step.label, step.state, url=url if step.state == "done" else "")
        for step, url in zip(made, [*urls, ""], strict=True)
    ]
    return linked if with_account else linked[1:]
