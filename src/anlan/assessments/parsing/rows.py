"""What a bank file is read into: rows, each a draft or a sentence that says why it is none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from anlan.assessments.models import ItemKind
from anlan.assessments.parsing.answers import TRUE_FALSE, truth
from anlan.assessments.parsing.drafts import LETTERS, ItemDraft, Unusable, plain
from anlan.assessments.parsing.pictures import Album, Picture
from anlan.assessments.parsing.texts import checked


class Format(StrEnum):
    SHEET = "sheet"
    JSONL = "jsonl"
    GIFT = "gift"
    AIKEN = "aiken"
    MOODLE = "moodle"
    QTI = "qti"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file: a draft, or the sentence that says why it is none.

    `sheet` names the sheet or the file in a package; `row` is the number that the person can find:
    the sheet's row, or the how-manieth question of a file.
    """

    sheet: str
    row: int
    draft: ItemDraft | None = None
    problem: str = ""


@dataclass(frozen=True)
class Reading:
    """Everything that a file holds, in its order."""

    format: Format
    rows: list[Row]

    @property
    def unit(self) -> str:
        return "行" if self.format in {Format.SHEET, Format.JSONL} else "题"


@dataclass(frozen=True, slots=True)
class Asked:
    """A choice question as another system writes it; `right` are positions in `options`."""

    stem: str
    options: Sequence[str]
    right: Sequence[int]
    many: bool = False
    explanation: str = ""
    topic: str = ""
    pictures: Sequence[bytes] = ()


def draft_of(asked: Asked, album: Album) -> ItemDraft:
    """A draft of it, judged by the same rules as a row of a sheet. Raises `Unusable`."""
    stem = checked(asked.stem, "题干")
    options = tuple(checked(option, "选项") for option in asked.options)
    _refuse_unfit(stem, options, asked)
    picture = album.keep(asked.pictures)
    kept = ItemDraft(
        kind=ItemKind.MULTIPLE if asked.many else ItemKind.SINGLE,
        stem=stem,
        options=options,
        answer=tuple(sorted(set(asked.right))),
        explanation=checked(asked.explanation, "解析"),
        topic=asked.topic.strip()[:60],
        picture=picture,
    )
    return _judged(kept)


def _judged(draft: ItemDraft) -> ItemDraft:
    """对 and 错 as the only options make a 判断题, in the one form 正确, 错误."""
    meanings = [truth(text) for text in draft.options]
    if draft.kind != ItemKind.SINGLE or sorted(map(str, meanings)) != ["False", "True"]:
        return draft
    right = 0 if meanings[draft.answer[0]] else 1
    return replace(draft, kind=ItemKind.JUDGE, options=TRUE_FALSE.texts, answer=(right,))


def _refuse_unfit(stem: str, options: tuple[str, ...], asked: Asked) -> None:
    if not stem:
        raise Unusable("题干是空的")
    refuse_options(options)
    if not asked.right:
        raise Unusable("没有答案")
    if len(set(asked.right)) > 1 and not asked.many:
        raise Unusable(f"单选题给了 {len(set(asked.right))} 个答案")


def refuse_options(options: Sequence[str]) -> None:
    """At least two, at most ten, none empty, no two alike."""
    if len(options) < 2:
        raise Unusable("选项不足两个")
    if len(options) > len(LETTERS):
        raise Unusable(f"选项有 {len(options)} 个，最多支持 {len(LETTERS)} 个")
    seen: dict[str, str] = {}
    for letter, text in zip(LETTERS, options, strict=False):
        if not text:
            raise Unusable(f"选项 {letter} 是空的")
        twin = seen.setdefault(plain(text), letter)
        if twin != letter:
            raise Unusable(f"选项 {twin} 和 {letter} 文字相同")


__all__ = ["Asked", "Format", "Picture", "Reading", "Row", "draft_of", "refuse_options"]
