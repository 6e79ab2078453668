"""The sheet draws every part from fixed samples."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory

from anlan.foundation.ui import samples, views
from anlan.foundation.ui.assets import DIST

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)


@pytest.mark.skipif(not (DIST / "manifest.json").exists(), reason="assets are not built")
def test_every_part_is_drawn() -> None:
    request = RequestFactory().get("/ui/sheet")
    request.user = AnonymousUser()
    html = render_to_string("ui/sheet.html", samples.sheet(NOW), request)
    for part in ("steps", "badge-state", "todos", "figures", "facts", "tiles", "moments", "empty"):
        assert part in html


def test_an_outsider_is_sent_to_the_login_page() -> None:
    request = RequestFactory().get("/ui/sheet")
    request.user = AnonymousUser()
    assert views.sheet(request).status_code == 302
