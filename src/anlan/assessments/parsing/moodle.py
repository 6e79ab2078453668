"""Moodle XML: `<quiz>` of multichoice and truefalse questions; others are refused by name."""

import base64
import binascii
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from anlan.assessments.parsing.drafts import Unusable
from anlan.assessments.parsing.pictures import Album
from anlan.assessments.parsing.rows import Asked, Row, draft_of
from anlan.assessments.parsing.texts import from_html, tidy

KINDS = {
    "essay": "问答题",
    "matching": "匹配题",
    "match": "匹配题",
    "randomsamatch": "随机匹配题",
    "cloze": "完形填空",
    "multianswer": "完形填空",
    "numerical": "数值题",
    "shortanswer": "填空题（简答）",
    "calculated": "计算题",
    "calculatedsimple": "计算题",
    "calculatedmulti": "计算选择题",
    "description": "说明文字",
    "ddwtos": "拖放填空题",
    "ddmarker": "拖放标记题",
    "ddimageortext": "拖放图片题",
    "gapselect": "选词填空题",
    "ordering": "排序题",
    "random": "随机题",
    "missingtype": "未知题型",
}
_PICTURE = ("@@PLUGINFILE@@/", "data:image/")


def read_moodle(root: Element, album: Album, sheet: str = "") -> Iterator[Row]:
    """Every question element; a category only names the topic of those that follow."""
    topic, number = "", 0
    for question in root.iter("question"):
        kind = question.get("type", "")
        if kind == "category":
            topic = tidy(question.findtext("category/text") or "").rsplit("/", 1)[-1]
            continue
        number += 1
        try:
            yield Row(sheet, number, draft_of(_asked(question, kind, topic), album))
        except Unusable as why:
            yield Row(sheet, number, problem=f"{why}{_told(question)}")


def _told(question: Element) -> str:
    name = tidy(question.findtext("name/text") or "")[:30]
    return f"（“{name}”）" if name else ""


def _asked(question: Element, kind: str, topic: str) -> Asked:
    if kind not in {"multichoice", "truefalse"}:
        named = KINDS.get(kind, f"“{kind[:20] or '未写题型'}”")
        raise Unusable(f"{named}不能用于机考，只支持单选、多选、判断")
    stem, pictures = _words(question.find("questiontext"), "题干")
    explanation, _ = _words(question.find("generalfeedback"), "解析")
    told = [(_option(answer), _share(answer)) for answer in question.findall("answer")]
    options = [_truth(text) if kind == "truefalse" else text for text, _ in told]
    right = [at for at, (_text, share) in enumerate(told) if share > 0]
    many = kind == "multichoice" and _is_false(question.findtext("single"))
    if not many and any(0 < share < 100 for _text, share in told):
        raise Unusable("有的选项只得一部分分，请改成单选题或多选题")
    return Asked(stem, options, right, many, explanation, topic, pictures)


def _truth(word: str) -> str:
    return {"true": "正确", "false": "错误"}.get(word.strip().lower(), word)


def _is_false(word: str | None) -> bool:
    return (word or "true").strip().lower() in {"false", "0"}


def _share(answer: Element) -> float:
    try:
        return float(answer.get("fraction", "0"))
    except ValueError:
        raise Unusable("选项的得分比例不是数字") from None


def _option(answer: Element) -> str:
    text, pictures = _words(answer, "选项")
    if pictures:
        raise Unusable("选项里有图片，暂不能导入，请把图片放进题干")
    return text


def _words(part: Element | None, what: str) -> tuple[str, list[bytes]]:
    """(plain text, pictures) of a `<text>` that says its format."""
    if part is None:
        return "", []
    source = part.findtext("text") or ""
    if part.get("format", "html") in {"plain_text", "markdown"}:
        text, images = tidy(source), [f"@@PLUGINFILE@@/{f.get('name')}" for f in part.iter("file")]
    else:
        text, images = from_html(source, what)
    files = {one.get("name", ""): one for one in part.iter("file")}
    return text, [_picture(address, files) for address in images]


def _picture(address: str, files: dict[str, Element]) -> bytes:
    if address.startswith("data:image/") and ";base64," in address:
        return _decoded(address.split(";base64,", 1)[1])
    name = address.removeprefix("@@PLUGINFILE@@/")
    found = files.get(name)
    if found is None or not address.startswith(_PICTURE):
        raise Unusable(f"题干里的图片“{name[-40:]}”不在文件里，只能导入随文件带来的图片")
    return _decoded(found.text or "")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Unusable("图片内容已损坏") from None
