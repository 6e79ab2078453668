"""Splitting a cell that holds all options: `**A.是**B.否`, `A、是 B、否`, one a line, `是|否`."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from anlan.assessments.parsing.drafts import LETTERS, Unusable, joined, plain

_SEPARATORS = (
    re.compile(r"\*{2,}|#{2,}|\${2,}"),
    re.compile(r"\|+|<br\s*/?>|\\n"),
    re.compile(r"[\r\n]+"),
)
_MARK = r"\s*[.\uff0e、:：,，)）]"
# Bare letters count as labels (「BTIG焊」 is B) only where some part shows one plainly, so that
# AED, BLS, CPR stay words.
_LABEL = re.compile(rf"^[(（]?([A-J])(?:{_MARK})*\s*")
_PLAIN_LABEL = re.compile(rf"^[(（]?[A-J](?:{_MARK}|\s|[^A-Z]|$)")
_MARKED_LABEL = re.compile(rf"^[(（]?([A-J])(?:{_MARK})+\s*")


@dataclass(frozen=True, slots=True)
class Choices:
    """Options in order, and the letter by which an answer calls each."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]

    def position(self, letter: str) -> int | None:
        return self.labels.index(letter) if letter in self.labels else None


def split_options(cell: str) -> Choices:
    """The options of one cell. Raises `Unusable` where letters are missing or doubled."""
    parts = list(_with_swallowed(_separated(cell)))
    if len(parts) == 1:
        parts = _by_bare_letters(parts[0])
    if len(parts) < 2:
        raise Unusable("选项分不开：请用 ** 或换行隔开各选项，或每个选项一列")
    return _labelled(parts)


def _separated(cell: str) -> list[str]:
    """Parts by the strongest sign present; where that is `**`, a line break is only a wrap."""
    sign = next((s for s in _SEPARATORS if s.search(cell)), _SEPARATORS[-1])
    return [joined(part) for part in sign.split(cell) if part.strip()]


def column_options(cells: dict[str, str]) -> Choices:
    """The options of one column each (`A`, `B`, …); blank columns fall out with their letter."""
    filled = {letter: _unlabelled(text, letter) for letter, text in cells.items() if text.strip()}
    return _checked(tuple(filled.values()), tuple(filled))


def exact_options(cells: dict[str, str]) -> Choices:
    """The options of one column each as they stand, without looking for letters in them."""
    return _checked(tuple(text.strip() for text in cells.values()), tuple(cells))


def _with_swallowed(parts: list[str]) -> Iterator[str]:
    """Split on where a separator was forgotten: `B.是 C.否` before the part that begins with D."""
    for at, part in enumerate(parts):
        following = parts[at + 1 :]
        while (found := _next_label_in(part, following)) is not None:
            yield part[:found].strip()
            part = part[found:].strip()
        yield part


def _next_label_in(part: str, following: list[str]) -> int | None:
    """Where in a lettered part the next letter stands with its mark, unless it begins a part."""
    own = _LABEL.match(_half(part))
    if own is None or own[1] == LETTERS[-1]:
        return None
    wanted = LETTERS[LETTERS.index(own[1]) + 1]
    if any(_half(other).startswith(wanted) for other in following):
        return None
    found = re.compile(rf"(?<![A-Za-z0-9]){wanted}{_MARK}").search(_half(part), own.end())
    return found.start() if found else None


def _by_bare_letters(text: str) -> list[str]:
    """`A严格遵守规程B服从管理C不按规定着装`: letters in order between Chinese, without marks."""
    half = _half(text)
    starts: list[int] = []
    for letter in LETTERS:
        bare = re.compile(rf"(?<![A-Za-z0-9]){letter}(?![A-Za-z0-9])")
        found = bare.search(half, starts[-1] + 1 if starts else 0)
        if found is None:
            break
        starts.append(found.start())
    if not starts or starts[0] != 0:
        return [text]
    ends = [*starts[1:], len(text)]
    return [text[a:b].strip() for a, b in zip(starts, ends, strict=True)]


def _labelled(parts: list[str]) -> Choices:
    """Take the letters off: all of them, or it is no labelled list."""
    loose = [_LABEL.match(_half(part)) for part in parts]
    marked = [_MARKED_LABEL.match(_half(part)) for part in parts]
    in_order = all(m and m[1] == LETTERS[at] for at, m in enumerate(loose[: len(LETTERS)]))
    shown = any(_PLAIN_LABEL.match(_half(part)) for part in parts)
    matches = loose if in_order and shown else marked
    if not any(matches):
        return _checked(tuple(parts), tuple(LETTERS[: len(parts)]))
    if not all(matches):
        at = next(n for n, m in enumerate(matches) if m is None)
        raise Unusable(f"选项标号不全：“{parts[at][:20]}”前面没有 A、B、C 标号")
    labels = tuple(m[1] for m in matches if m)
    texts = tuple(p[m.end() :].strip() for p, m in zip(parts, matches, strict=True) if m)
    return _checked(texts, labels)


def _checked(texts: tuple[str, ...], labels: tuple[str, ...]) -> Choices:
    if len(texts) > len(LETTERS):
        raise Unusable(f"选项有 {len(texts)} 个，最多支持 {len(LETTERS)} 个")
    for at, label in enumerate(labels):
        if label in labels[:at]:
            raise Unusable(f"选项标号重复：{label} 出现了两次")
        if not texts[at]:
            raise Unusable(f"选项 {label} 是空的")
    missing = [x for x in LETTERS[: len(labels)] if x not in labels]
    if missing:
        raise Unusable(f"选项标号不连续：缺少 {'、'.join(missing)}")
    seen: dict[str, str] = {}
    for text, label in zip(texts, labels, strict=True):
        twin = seen.setdefault(plain(text), label)
        if twin != label:
            raise Unusable(f"选项 {twin} 和 {label} 文字相同")
    ordered = sorted(range(len(labels)), key=lambda at: labels[at])
    return Choices(tuple(texts[at] for at in ordered), tuple(labels[at] for at in ordered))


def _unlabelled(text: str, letter: str) -> str:
    found = _MARKED_LABEL.match(_half(text))
    return text[found.end() :].strip() if found and found[1] == letter else text.strip()


def _half(text: str) -> str:
    """Half-width capitals at the same positions, so that a match's place holds in the original."""
    return "".join(_half_sign(sign) for sign in text)


def _half_sign(sign: str) -> str:
    normal = unicodedata.normalize("NFKC", sign).upper()
    return normal if len(normal) == 1 else sign
