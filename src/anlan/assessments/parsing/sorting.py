"""Rows of a file sorted against a bank: new, the same, near to another, or refused and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from anlan.assessments.models import ItemKind
from anlan.assessments.parsing.drafts import LETTERS, ItemDraft, plain
from anlan.assessments.parsing.rows import Row
from anlan.methods.near_texts import near_pairs

Answers = frozenset[str]


@dataclass(frozen=True, slots=True)
class Known:
    """An item of the bank as the sorting sees it."""

    key: str
    kind: str
    stem: str
    options: Sequence[str]
    fingerprint: str
    answers: Answers
    retired: bool = False

    @property
    def reads(self) -> str:
        return reads(self.kind, self.stem, self.options)


@dataclass(frozen=True, slots=True)
class Likeness:
    """A new row that reads like an item of the bank or a row before it."""

    row: Row
    where: str
    text: str
    share: float


@dataclass
class Sorted:
    """`new`, `same` and `problems` are all rows; `near` are some of the new ones."""

    new: list[Row] = field(default_factory=list)
    same: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)
    near: list[Likeness] = field(default_factory=list)

    def refuse(self, row: Row, sentence: str) -> None:
        self.problems.append({"sheet": row.sheet, "row": row.row, "text": sentence})

    def leave_near_out(self) -> None:
        """What the person chose not to take is refused like any other row."""
        near = {(one.row.sheet, one.row.row): one for one in self.near}
        self.new, dropped = (
            [row for row in self.new if (row.sheet, row.row) not in near],
            [row for row in self.new if (row.sheet, row.row) in near],
        )
        for row in dropped:
            like = near[row.sheet, row.row]
            self.refuse(row, f"与{like.where}近似（{like.share:.0%}），按您的选择没有导入")
        self.near = []


def reads(kind: str, stem: str, options: Sequence[str]) -> str:
    """What is compared: the stem, and the options where they are the question's own."""
    own = "" if kind == ItemKind.JUDGE else "".join(sorted(plain(text) for text in options))
    return plain(stem) + own


def sort_rows(rows: Sequence[Row], known: Sequence[Known], *, unit: str, near: float) -> Sorted:
    """Each row to its place; `near` is the share from which two texts are shown as alike."""
    answers = {one.fingerprint: one.answers for one in known}
    seen: dict[str, Row] = {}
    told = Sorted()
    for row in rows:
        _place(row, told, seen, answers, unit)
    told.near = list(_nearest(told.new, known, unit, near))
    return told


def _place(
    row: Row, told: Sorted, seen: dict[str, Row], answers: Mapping[str, Answers], unit: str
) -> None:
    if row.draft is None:
        told.refuse(row, row.problem)
        return
    mark = row.draft.fingerprint
    before = seen.setdefault(mark, row)
    if before is not row:
        told.refuse(row, _twin(row, before, unit))
    elif mark not in answers:
        told.new.append(row)
    elif answers[mark] == row.draft.answer_texts:
        told.same += 1
    else:
        own = _letters(row.draft)
        told.refuse(row, f"题库里已有这道题，但答案与本{unit}的“{own}”不同，请核对哪个对")


def _twin(row: Row, before: Row, unit: str) -> str:
    where = place(before, unit, beside=row)
    if row.draft and before.draft and row.draft.answer_texts != before.draft.answer_texts:
        return f"与{where}是同一道题，但答案不同，请核对哪个对"
    return f"与{where}重复"


def place(row: Row, unit: str, beside: Row | None = None) -> str:
    """第 3 行, with the sheet where it is another than that of `beside`."""
    at = f"第 {row.row} {unit}"
    if not row.sheet or (beside and beside.sheet == row.sheet):
        return at
    return f"工作表“{row.sheet}”{at}" if unit == "行" else f"“{row.sheet}”{at}"


def _nearest(new: list[Row], known: Sequence[Known], unit: str, share: float) -> list[Likeness]:
    """For each new row the likest text before it, of the bank first of all."""
    alive = [one for one in known if not one.retired]
    drafts = [(row, row.draft) for row in new if row.draft]
    texts = [one.reads for one in alive]
    texts += [reads(draft.kind, draft.stem, draft.options) for _row, draft in drafts]
    best: dict[int, Likeness] = {}
    for near in near_pairs(texts, share=share, known=len(alive)):
        row, _draft = drafts[near.at - len(alive)]
        if near.at in best and best[near.at].share >= near.share:
            continue
        if near.like < len(alive):
            like = alive[near.like]
            best[near.at] = Likeness(row, f"题目 {like.key} ", like.stem, near.share)
        else:
            other, draft = drafts[near.like - len(alive)]
            best[near.at] = Likeness(row, place(other, unit, beside=row), draft.stem, near.share)
    return [best[at] for at in sorted(best)]


def _letters(draft: ItemDraft) -> str:
    return "".join(LETTERS[at] for at in draft.answer)
