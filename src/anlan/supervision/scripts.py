"""What callers ask and inspectors tick: data with a version, so old answers keep their words."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Question:
    """One question with its answers (key → words); some contradict what the records say."""

    key: str
    text: str
    answers: Mapping[str, str]
    contradicts: frozenset[str]


@dataclass(frozen=True)
class Script:
    """One version, in force since a day."""

    version: int
    since: date
    opening: str
    questions: tuple[Question, ...]

    def told(self, answers: Mapping[str, str]) -> list[tuple[str, str]]:
        """(question, answer) in words."""
        asked = [one for one in self.questions if one.key in answers]
        return [(one.text, one.answers.get(answers[one.key], "")) for one in asked]

    def contradictions(self, answers: Mapping[str, str]) -> list[tuple[str, str]]:
        """(question, answer) in words of what differs from the records."""
        differing = {
            one.key: answers[one.key]
            for one in self.questions
            if answers.get(one.key) in one.contradicts
        }
        return self.told(differing)


def call_back_script(on: date) -> Script:
    """The call-back's questions in force on a day."""
    return _in_force("call_back", on)


def check_list(on: date) -> Script:
    """The spot check's items in force on a day."""
    return _in_force("spot_check", on)


def call_back_version(version: int) -> Script:
    return _version("call_back", version)


def check_list_version(version: int) -> Script:
    return _version("spot_check", version)


def _in_force(name: str, on: date) -> Script:
    return max((s for s in _read(name) if s.since <= on), key=lambda s: s.since)


def _version(name: str, version: int) -> Script:
    return next(one for one in _read(name) if one.version == version)


@lru_cache(maxsize=4)
def _read(name: str) -> tuple[Script, ...]:
    rows = json.loads((DATA / f"{name}.json").read_text("utf-8"))
    return tuple(
        Script(
            row["version"],
            date.fromisoformat(row["since"]),
            row.get("opening", ""),
            tuple(
                Question(q["key"], q["text"], q["answers"], frozenset(q["contradicts"]))
                for q in row["questions"]
            ),
        )
        for row in rows
    )
