"""A counter as a room would hand it in: it keeps a note, refuses a bad one, fails on a broken one."""

from collections.abc import Sequence

from msgspec import Struct

from anlan.foundation.intake.endpoints import Endpoint, Item
from anlan.foundation.ledger.services import record
from anlan.lib.refusals import NotAllowed, Refused


class Note(Struct):
    text: str


class Kept(Struct):
    text: str
    together: int


def keep(items: Sequence[Item[Note]]) -> list[Struct | Refused]:
    answers: list[Struct | Refused] = []
    for item in items:
        text = item.asked.text
        if text == "bad":
            answers.append(NotAllowed("这条不能收。", "请改一改。"))
            continue
        record(f"note/{text}", "kept", by=item.who.actor, at=item.at)
        if text == "broken":
            raise RuntimeError("the writer broke")
        answers.append(Kept(text, len(items)))
    return answers


NOTES = Endpoint("notes", Note, Kept, keep, "收便条")
REMEMBERED = Endpoint("remembered", Note, Kept, keep, "收便条一次", remembers=True)
SHORT = Endpoint("short", Note, Kept, keep, "收短便条", most_bytes=32)
ENDPOINTS = [NOTES, REMEMBERED, SHORT]
