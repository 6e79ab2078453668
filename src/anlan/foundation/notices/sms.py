"""SMS adapters. The default writes files; a city plugs its own gateway in by dotted path."""

from datetime import datetime
from pathlib import Path
from typing import Protocol

from django.conf import settings


class SmsAdapter(Protocol):
    """What a gateway must do: send, or raise `OSError` to be tried again later."""

    def send(self, phone: str, text: str, at: datetime) -> None: ...


class FileAdapter:
    """Appends each message to a file of the day: nothing leaves the machine."""

    def send(self, phone: str, text: str, at: datetime) -> None:
        folder = Path(settings.ANLAN_SMS_FOLDER)
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"{at:%Y-%m-%d}.txt").open("a", encoding="utf-8") as file:
            file.write(f"{at:%H:%M:%S}\t{phone}\t{text}\n")
