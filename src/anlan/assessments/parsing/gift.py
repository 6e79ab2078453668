"""GIFT, Moodle's text format: `::name::stem {=right ~wrong}`, one question a block.

Read after the description of Moodle's manual: answers by `=` and `~`, weights `%50%`, feedback `#`,
general feedback `####`, `{T}` and `{FALSE}`, escapes by `\\`, formats `[html]`. Kinds that have no
single place to tick are refused by name.
"""

import re
from collections.abc import Callable, Iterator

from anlan.assessments.parsing.drafts import Unusable
from anlan.assessments.parsing.pictures import Album
from anlan.assessments.parsing.rows import Asked, Row, draft_of
from anlan.assessments.parsing.texts import from_html

Fetch = Callable[[str], bytes | None]
_ESCAPED = "~=#{}:"
_HIDDEN = {f"\\{sign}": chr(0xE000 + at) for at, sign in enumerate(_ESCAPED)}
_HIDDEN["\\\\"], _HIDDEN["\\n"] = "\ue010", "\ue011"
_SHOWN = {chr(0xE000 + at): sign for at, sign in enumerate(_ESCAPED)}
_SHOWN |= {"\ue010": "\\", "\ue011": "\n"}
_ESCAPE = re.compile(r"\\[~=#{}:\\n]")
_NAME = re.compile(r"^::(.*?)::", re.S)
_FORMAT = re.compile(r"^\s*\[(html|moodle|plain|markdown)\]", re.I)
_WEIGHT = re.compile(r"^%(-?\d+(?:\.\d+)?)%")
_ANSWERS = re.compile(r"\{(.*)\}", re.S)
_TRUTH = {"T": True, "TRUE": True, "F": False, "FALSE": False}


def read_gift(text: str, album: Album, fetch: Fetch, sheet: str = "") -> Iterator[Row]:
    """Every question of a GIFT text; `fetch` gives a picture's bytes by its address."""
    topic, number = "", 0
    for block in _blocks(text):
        if block.startswith("$CATEGORY:"):
            topic = block.partition(":")[2].strip().rsplit("/", 1)[-1]
            continue
        number += 1
        try:
            draft = draft_of(_asked(block, topic, fetch), album)
            yield Row(sheet, number, draft)
        except Unusable as why:
            yield Row(sheet, number, problem=f"{why}{_told(block)}")


def _told(block: str) -> str:
    """The beginning of a question, for one who looks for it in a text without row numbers."""
    bare = _NAME.sub("", block).strip()
    words = " ".join(_plain(_FORMAT.sub("", bare)).split())[:20]
    return f"（“{words}…”）" if words else ""


def _blocks(text: str) -> Iterator[str]:
    """Questions, apart by blank lines; comment lines left out. `$CATEGORY:` is one of its own."""
    lines: list[str] = []
    for line in [*_hidden(text).split("\n"), ""]:
        bare = line.strip()
        if bare.startswith("//"):
            continue
        if bare.startswith("$CATEGORY:"):
            yield from _joined(lines)
            yield bare
        elif bare:
            lines.append(line)
        elif not _is_open(lines):
            yield from _joined(lines)
    yield from _joined(lines)


def _is_open(lines: list[str]) -> bool:
    """Inside braces a blank line ends nothing."""
    whole = "".join(lines)
    return whole.count("{") > whole.count("}") and len(lines) < 200


def _joined(lines: list[str]) -> Iterator[str]:
    if lines:
        yield "\n".join(lines).strip()
        lines.clear()


def _hidden(text: str) -> str:
    """Escaped signs put out of the way, so that what is left means what it says."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    foreign = "".join(" " if "\ue000" <= sign <= "\ue011" else sign for sign in lines)
    return _ESCAPE.sub(lambda found: _HIDDEN[found[0]], foreign)


def _plain(text: str) -> str:
    return "".join(_SHOWN.get(sign, sign) for sign in text)


def _asked(block: str, topic: str, fetch: Fetch) -> Asked:
    text = _NAME.sub("", block).strip()
    found = _ANSWERS.search(text)
    if found is None:
        raise Unusable("“说明文字”没有答案，不是题目")
    if text.count("{") > 1:
        raise Unusable("完形填空（一题多空）不能用于机考，只支持单选、多选、判断")
    before, after = text[: found.start()].rstrip(), text[found.end() :].strip(' ";')
    stem, images = _shown(f"{before} ____ {after}" if after else before, "题干")
    body, _, general = found[1].partition("####")
    options, right, many = _options(body.strip())
    pictures = [_fetched(fetch, image) for image in images]
    explanation = _shown(general, "解析")[0]
    return Asked(stem, options, right, many, explanation, topic, pictures)


def _fetched(fetch: Fetch, address: str) -> bytes:
    content = fetch(address)
    if content is None:
        raise Unusable(f"题干里的图片“{address[-40:]}”不在文件里，请连同图片打包成 zip 上传")
    return content


def _options(body: str) -> tuple[list[str], list[int], bool]:
    """(options, right positions, several are right)."""
    word = body.split("#")[0].strip().upper()
    if word in _TRUTH:
        return ["正确", "错误"], [0 if _TRUTH[word] else 1], False
    _refuse_kinds(body)
    marks = list(re.finditer(r"[=~]", body))
    ends = [*(mark.start() for mark in marks[1:]), len(body)]
    told = [_one(mark[0], body[mark.end() : end]) for mark, end in zip(marks, ends, strict=True)]
    options = [text for text, _weight in told]
    weights = [weight for _text, weight in told]
    right = [at for at, weight in enumerate(weights) if weight > 0]
    signs = {mark[0] for mark in marks}
    if signs == {"="}:
        raise Unusable("填空题（简答）不能用于机考，只支持单选、多选、判断")
    if signs == {"=", "~"}:
        if any(0 < weight < 100 for weight in weights):
            raise Unusable("有的选项只得一部分分，请改成单选题或多选题")
        return options, right, False
    return options, right, True  # Moodle: without a `=` several may be ticked


def _refuse_kinds(body: str) -> None:
    if not body:
        raise Unusable("问答题不能用于机考，只支持单选、多选、判断")
    if body.startswith("#"):
        raise Unusable("数值题不能用于机考，只支持单选、多选、判断")
    if "->" in body and "~" not in body:
        raise Unusable("匹配题不能用于机考，只支持单选、多选、判断")
    if not re.match(r"[=~]", body):
        raise Unusable("答案写法没有读懂：花括号里应以 = 或 ~ 开头")


def _one(sign: str, told: str) -> tuple[str, float]:
    """An option without weight and feedback."""
    words = told.split("#")[0].strip()
    weight = _WEIGHT.match(words)
    if weight:
        words = words[weight.end() :]
    text, images = _shown(words, "选项")
    if images:
        raise Unusable("选项里有图片，暂不能导入，请把图片放进题干")
    return text, float(weight[1]) if weight else (100.0 if sign == "=" else 0.0)


def _shown(text: str, what: str) -> tuple[str, list[str]]:
    """Plain text of a part, which may say that it is HTML."""
    found = _FORMAT.match(text)
    words = _plain(text[found.end() :] if found else text)
    if found and found[1].lower() == "html":
        return from_html(words, what)
    if not found and re.search(r"<img\s", words, re.I):
        return from_html(words, what)
    return words.strip(), []
