"""The checking page: open to everybody, asks the database nothing, may speak to nobody."""

import base64
import hashlib
import re

from django.test import Client

from anlan.foundation.ledger.sequencer import public_key


def test_anybody_opens_the_page_and_no_database_is_asked(client: Client) -> None:
    answer = client.get("/verify/")
    assert answer.status_code == 200
    shown = answer.content.decode()
    assert "不会上传" in shown
    assert f'data-vkey="{public_key()}"' in shown
    assert "<script>" not in shown


def test_the_page_may_connect_to_nothing(client: Client) -> None:
    for address in ("/verify/", "/verify/offline.html"):
        policy = client.get(address)["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "connect-src" not in policy
        assert "form-action 'none'" in policy
        assert "unsafe" not in policy


def test_the_single_file_carries_its_own_policy_and_needs_nothing_else(client: Client) -> None:
    answer = client.get("/verify/offline.html?save")
    assert answer["Content-Disposition"] == 'attachment; filename="anlan-verify.html"'
    page = answer.content.decode()
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.S)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page
    assert f"'sha256-{digest}'" in answer["Content-Security-Policy"]
    assert re.findall(r'(?:src|href)="(?!data:)[^"]', page) == []


def test_the_published_hash_is_that_of_the_file(client: Client) -> None:
    digest = hashlib.sha256(client.get("/verify/offline.html").content).hexdigest()
    assert digest in client.get("/verify/").content.decode()


def test_the_page_only_shows(client: Client) -> None:
    assert client.post("/verify/").status_code == 405
