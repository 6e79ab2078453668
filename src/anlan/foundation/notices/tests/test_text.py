"""A text message goes out once; a gateway that fails is tried again, but not for ever."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from django.conf import settings
from django.db import connection

from anlan.foundation.notices.jobs import send_text_messages
from anlan.foundation.notices.models import MOST_TRIES, TextMessage
from anlan.foundation.notices.services import text
from anlan.testing.cast import NOW

pytestmark = pytest.mark.django_db
PHONE, OTHER = "13800138000", "13900139000"
WORDS = "安澜：明天上午 8:30 开班，请带身份证。"


class Gateway:
    """A city's gateway that is away for some numbers."""

    away: ClassVar[set[str]] = set()
    asked: ClassVar[list[str]] = []

    def send(self, phone: str, text: str, at: datetime) -> None:
        self.asked.append(phone)
        if phone in self.away:
            raise OSError("网关无应答" * 60)


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> type[Gateway]:
    monkeypatch.setattr(settings, "ANLAN_SMS_ADAPTER", f"{__name__}.Gateway")
    Gateway.away, Gateway.asked = {PHONE}, []
    return Gateway


def written() -> list[str]:
    """What the file adapter wrote."""
    path = Path(settings.ANLAN_SMS_FOLDER) / f"{NOW:%Y-%m-%d}.txt"
    return path.read_text("utf-8").splitlines() if path.exists() else []


def test_the_file_adapter_writes_each_message_once() -> None:
    text([PHONE, OTHER], WORDS, at=NOW)
    assert send_text_messages(NOW) == 2
    assert send_text_messages(NOW) == 0
    assert [line.split("\t")[1:] for line in written()] == [[PHONE, WORDS], [OTHER, WORDS]]
    assert not TextMessage.objects.filter(sent_at__isnull=True).exists()


def test_nothing_is_sent_before_the_job_runs_and_blank_numbers_never() -> None:
    text(["", PHONE], WORDS, at=NOW)
    assert written() == []
    assert TextMessage.objects.count() == 1


def test_messages_go_out_in_the_order_they_were_written() -> None:
    text([OTHER], "后", at=NOW + timedelta(minutes=1))
    text([PHONE], "先", at=NOW)
    send_text_messages(NOW)
    assert [line[-1] for line in written()] == ["先", "后"]


def test_the_number_is_sealed_at_rest() -> None:
    text([PHONE], WORDS, at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM notices_textmessage")
        row = " ".join(str(column) for column in cursor.fetchone())
    assert PHONE not in row
    assert WORDS in row


def test_one_message_that_fails_does_not_keep_the_others(gateway: type[Gateway]) -> None:
    text([PHONE, OTHER], WORDS, at=NOW)
    send_text_messages(NOW)
    failed, sent = TextMessage.objects.order_by("id")
    assert (failed.sent_at, failed.tries, len(failed.failure)) == (None, 1, 200)
    assert sent.sent_at is not None
    assert sent.tries == 0


def test_a_message_is_tried_again_until_the_gateway_is_back(gateway: type[Gateway]) -> None:
    text([PHONE], WORDS, at=NOW)
    send_text_messages(NOW)
    gateway.away = set()
    assert send_text_messages(NOW) == 1
    assert send_text_messages(NOW) == 0
    message = TextMessage.objects.get()
    assert (message.tries, message.failure, gateway.asked) == (1, "", [PHONE, PHONE])


def test_a_message_is_given_up_after_most_tries(gateway: type[Gateway]) -> None:
    text([PHONE], WORDS, at=NOW)
    for _ in range(MOST_TRIES + 2):
        send_text_messages(NOW)
    message = TextMessage.objects.get()
    assert (len(gateway.asked), message.tries) == (MOST_TRIES, MOST_TRIES)
    assert message.sent_at is None
    assert message.failure.startswith("网关无应答")


def test_a_long_message_is_cut() -> None:
    text([PHONE], "长" * 400, at=NOW)
    assert len(TextMessage.objects.get().text) == 300
