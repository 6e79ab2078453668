"""A tus client of the tests, and somebody with a permit."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import Upload
from anlan.foundation.files.uploads import permit
from anlan.testing.cast import Cast

FOR = "film/sample"
Enter = Callable[[User], Client]


@dataclass
class Tus:
    """Speaks tus as one user."""

    client: Client
    user: User

    def begin(
        self, length: int, name: str = "上午.mp4", *, purpose: str = FOR, token: str = ""
    ) -> Any:
        told = {
            "filename": name,
            "permit": token or permit(by=self.user, purpose=purpose, endings=[".mp4", ".webm"]),
        }
        pairs = [f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in told.items()]
        headers = {"Upload-Length": str(length), "Upload-Metadata": ",".join(pairs)}
        return self.ask("POST", "/files/uploads/", **headers)

    def opened(self, length: int, name: str = "上午.mp4", *, purpose: str = FOR) -> str:
        """The address of a fresh upload."""
        answer = self.begin(length, name, purpose=purpose)
        assert answer.status_code == 201, answer.content.decode()
        return str(answer["Location"])

    def patch(self, where: str, offset: int, body: bytes, **headers: str) -> Any:
        kind = "application/offset+octet-stream"
        more = {"Upload-Offset": str(offset), "Tus-Resumable": "1.0.0", **headers}
        return self.client.generic("PATCH", where, body, content_type=kind, headers=more)

    def ask(self, method: str, where: str, **headers: str) -> Any:
        return self.client.generic(
            method, where, headers={"Tus-Resumable": "1.0.0", **headers}, content_type="text/plain"
        )

    def offset(self, where: str) -> int:
        return int(self.ask("HEAD", where)["Upload-Offset"])


def upload_at(where: str) -> Upload:
    return Upload.objects.get(uid=where.rpartition("/")[2])


@pytest.fixture
def tus(cast: Cast, browser_of: Enter) -> Tus:
    return Tus(browser_of(cast.class_manager), cast.class_manager)
