"""The codes that a sheet may give an item: accident type, difficulty, roles, trades, industry.

A word that no list knows is left out, not refused: a bank's own 类别 is no reason to lose a row.
"""

import re
from typing import TypedDict

from anlan.assessments.models import Difficulty
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import all_codes

_BETWEEN = re.compile(r"[,，;；、/|\s]+")
_LEVELS = {
    Difficulty.EASY: ("1", "易", "容易", "简单", "较易", "低"),
    Difficulty.MIDDLE: ("2", "中", "中等", "一般", "适中"),
    Difficulty.HARD: ("3", "难", "较难", "困难", "高"),
}
MOST_TRADES = 10


class Codes(TypedDict):
    basis: str
    topic: str
    risk: str
    difficulty: int
    roles: tuple[str, ...]
    trades: tuple[str, ...]
    industry: str


def codes_in(cells: dict[str, str]) -> Codes:
    """What a row's cells say beside the question itself."""
    return {
        "basis": cells.get("basis", "").strip()[:200],
        "topic": cells.get("topic", "").strip()[:60],
        "risk": code_for(System.GB_6441_1986, cells.get("risk", "")),
        "difficulty": _level(cells.get("difficulty", "")),
        "roles": tuple(
            code
            for word in _words(cells.get("roles", ""))
            if (code := code_for(System.OCCUPATION_ROLE, word))
        ),
        "trades": trades_in(cells.get("trades", "")),
        "industry": code_for(System.KEY_INDUSTRY, cells.get("industry", "")),
    }


def trades_in(text: str) -> tuple[str, ...]:
    """Trades as typed, once each: 电工、焊工."""
    return tuple(dict.fromkeys(word[:24] for word in _words(text)))[:MOST_TRADES]


def code_for(system: System, word: str) -> str:
    """A code by itself or by its name; empty for what the list doesn't know."""
    told = word.strip()
    found = (c.code for c in all_codes(system) if told and told in {c.code, c.name})
    return next(found, "")


def _level(word: str) -> int:
    told = word.strip()
    return next((level for level, words in _LEVELS.items() if told in words), Difficulty.MIDDLE)


def _words(text: str) -> list[str]:
    return [word for word in _BETWEEN.split(text.strip()) if word]
