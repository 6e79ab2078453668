"""Aiken: a line of stem, lines `A. option`, a line `ANSWER: A`. Choice questions only.

`ANSWER: A, C` is read too, though Moodle writes only one letter.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from anlan.assessments.parsing.drafts import LETTERS, Unusable
from anlan.assessments.parsing.pictures import Album
from anlan.assessments.parsing.rows import Asked, Row, draft_of

OPTION = re.compile(r"^([A-Z])\s*[.)\uff0e）、]\s*(.*)$")
ANSWER = re.compile(r"^ANSWER\s*[:：]\s*(.*)$", re.I)


@dataclass
class _Block:
    line: int
    stem: list[str] = field(default_factory=list)
    options: list[tuple[str, str]] = field(default_factory=list)
    answer: str | None = None


def read_aiken(text: str, album: Album, sheet: str = "") -> Iterator[Row]:
    """Every question, broken ones too: what belongs together ends with its answer."""
    for number, block in enumerate(_blocks(text), start=1):
        try:
            yield Row(sheet, number, draft_of(_asked(block), album))
        except Unusable as why:
            yield Row(sheet, number, problem=f"{why}（从文件第 {block.line} 行起）")


def _blocks(text: str) -> Iterator[_Block]:
    block: _Block | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        bare = line.strip().lstrip("\ufeff")
        if not bare:
            continue
        option, answer = OPTION.match(bare), ANSWER.match(bare)
        if block is not None and _begins_anew(block, option, answer):
            yield block
            block = None
        block = block or _Block(number)
        if answer:
            block.answer = answer[1].strip()
            yield block
            block = None
        elif option:
            block.options.append((option[1], option[2].strip()))
        else:
            block.stem.append(bare)
    if block is not None:
        yield block


def _begins_anew(
    block: _Block, option: "re.Match[str] | None", answer: "re.Match[str] | None"
) -> bool:
    """Words after options, or an A after an A, are the next question's."""
    if answer:
        return False
    if option is None:
        return bool(block.options)
    return bool(block.options) and option[1] == "A"


def _asked(block: _Block) -> Asked:
    if block.answer is None:
        raise Unusable("缺少 ANSWER 行")
    letters = [letter for letter, _text in block.options]
    if letters != list(LETTERS[: len(letters)]):
        raise Unusable(f"选项标号不连续：{'、'.join(letters)}")
    if not block.options:
        raise Unusable("没有选项")
    wanted = re.sub(r"[\s,，、;；]+", "", block.answer).upper()
    if not wanted or any(letter not in letters for letter in wanted):
        raise Unusable(f"答案“{block.answer[:20]}”没有对应的选项")
    right = sorted({letters.index(letter) for letter in wanted})
    options = [text for _letter, text in block.options]
    return Asked("\n".join(block.stem), options, right, many=len(right) > 1)
