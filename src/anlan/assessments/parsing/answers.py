"""Reading kinds and answers as banks write them: 判断题, 是非题, 多选; A, ABC, 对, √, 1 3."""

import re
import unicodedata

from anlan.assessments.models import ItemKind
from anlan.assessments.parsing.drafts import LETTERS, Unusable, plain
from anlan.assessments.parsing.options import Choices

TRUE_FALSE = Choices(("正确", "错误"), ("A", "B"))
_TRUE = {"正确", "对", "是", "√", "✓", "✔", "☑", "T", "TRUE", "Y", "YES", "R", "RIGHT"}
_FALSE = {"错误", "错", "不正确", "不对", "否", "非", "×", "✗", "✘", "✕", "X", "F", "FALSE", "N"}
_FALSE |= {"NO", "W", "WRONG"}
_KIND_WORDS = (
    (ItemKind.JUDGE, ("判断", "是非", "对错", "正误", "judge")),
    (ItemKind.MULTIPLE, ("多选", "多项", "不定项", "multiple")),
    (ItemKind.SINGLE, ("单选", "单项", "选择题", "single")),
)
_GAPS = re.compile(r"[\s,;、.|/&+和]+")
_PREFIX = re.compile(r"^(正确)?答案(是|为)?:?")


def read_kind(text: str, *, has_options: bool, answer: str) -> ItemKind:
    """The kind by its word; where the cell is blank, by what the row holds."""
    word = unicodedata.normalize("NFKC", text).strip().lower()
    for kind, names in _KIND_WORDS:
        if any(name in word for name in names):
            return kind
    if word:
        raise Unusable(f"题型“{text.strip()[:12]}”不能用于机考，只支持单选题、多选题、判断题")
    if truth(answer) is not None and not has_options:
        return ItemKind.JUDGE
    return ItemKind.MULTIPLE if len(_letters(answer)) > 1 else ItemKind.SINGLE


def truth(text: str) -> bool | None:
    """True for 对, √, 正确; False for 错, ×; None when it says neither."""
    word = _GAPS.sub("", unicodedata.normalize("NFKC", text).upper())
    word = word.strip("。()[]")
    if word in _TRUE:
        return True
    return False if word in _FALSE else None


def judged(choices: Choices | None, answer: str) -> tuple[Choices, tuple[int, ...]]:
    """Options and answer of a 判断题, in the one form 正确, 错误."""
    given = choices or TRUE_FALSE
    meanings = [truth(text) for text in given.texts]
    if sorted(map(str, meanings)) != ["False", "True"]:
        raise Unusable(f"判断题的选项应为“正确”“错误”，读到的是“{'”“'.join(given.texts)}”")
    at = given.position(_letters(answer))
    meaning = meanings[at] if at is not None else truth(_bare(answer))
    if meaning is None:
        raise Unusable(_points_nowhere(answer, given))
    return TRUE_FALSE, (0 if meaning else 1,)


def chosen(choices: Choices, answer: str, kind: ItemKind) -> tuple[int, ...]:
    """The right positions of a choice question."""
    found = _positions(choices, answer)
    if kind == ItemKind.SINGLE and len(found) > 1:
        raise Unusable(f"单选题给了 {len(found)} 个答案“{answer.strip()}”")
    return found


def _positions(choices: Choices, answer: str) -> tuple[int, ...]:
    bare = _bare(answer)
    if not bare:
        raise Unusable("没有答案")
    twins = [at for at, text in enumerate(choices.texts) if plain(text) == plain(bare)]
    letters = _letters(bare) or _from_figures(bare)
    if not letters and twins:
        return (twins[0],)
    places = [choices.position(letter) for letter in letters]
    if not letters or None in places:
        raise Unusable(_points_nowhere(answer, choices))
    return tuple(sorted({place for place in places if place is not None}))


def _points_nowhere(answer: str, choices: Choices) -> str:
    shown = answer.strip()[:20]
    if not shown:
        return "没有答案"
    return f"答案“{shown}”没有对应的选项，本题只有 {choices.labels[0]}–{choices.labels[-1]}"


def _bare(answer: str) -> str:
    normal = unicodedata.normalize("NFKC", answer).strip().strip("()[]。.")
    return _PREFIX.sub("", normal).strip()


def _letters(answer: str) -> str:
    """`ABC` for “A、B,c”; empty when there is anything but letters of options and gaps."""
    word = _GAPS.sub("", _bare(answer)).upper()
    return word if word and all(letter in LETTERS for letter in word) else ""


def _from_figures(answer: str) -> str:
    """`AC` for “1,3”: some banks count options from 1."""
    figures = _GAPS.sub("", answer)
    known = figures.isascii() and figures.isdigit() and "0" not in figures
    return "".join(LETTERS[int(figure) - 1] for figure in figures) if known else ""
