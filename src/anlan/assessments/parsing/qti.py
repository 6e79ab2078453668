"""QTI 2.1, 2.2 and 3: items with one choiceInteraction; other interactions are refused by name.

Tags are compared without namespace, `qti-` and hyphens (`packages.local`), so that one reader
serves both generations. What is asked is the itemBody without the choices, feedback and rubrics.
"""

from collections.abc import Callable, Collection, Iterator
from xml.etree.ElementTree import Element

from anlan.assessments.parsing.answers import truth
from anlan.assessments.parsing.drafts import Unusable
from anlan.assessments.parsing.packages import attribute, local
from anlan.assessments.parsing.rows import Asked
from anlan.assessments.parsing.texts import Page, tidy, within

Fetch = Callable[[str], bytes | None]
EXPLANATION = "explanation"
ITEM = "assessmentitem"
INTERACTIONS = {
    "associateinteraction": "连线题",
    "custominteraction": "自定义题",
    "portablecustominteraction": "自定义题",
    "drawinginteraction": "绘图题",
    "extendedtextinteraction": "问答题",
    "gapmatchinteraction": "选词填空题",
    "graphicassociateinteraction": "图上连线题",
    "graphicgapmatchinteraction": "图上填空题",
    "graphicorderinteraction": "图上排序题",
    "hotspotinteraction": "点图题",
    "hottextinteraction": "划词题",
    "inlinechoiceinteraction": "下拉填空题",
    "matchinteraction": "匹配题",
    "mediainteraction": "音视频题",
    "orderinteraction": "排序题",
    "positionobjectinteraction": "图上摆放题",
    "selectpointinteraction": "点图题",
    "sliderinteraction": "滑块题",
    "textentryinteraction": "填空题",
    "uploadinteraction": "上传文件题",
}
_LEFT_OUT = {"feedbackblock", "feedbackinline", "modalfeedback", "rubricblock", "stylesheet"}


def items_in(root: Element) -> Iterator[Element]:
    """The items of a document: itself, or those inside it."""
    return (one for one in root.iter() if local(one.tag) == ITEM)


def asked_of(item: Element, fetch: Fetch) -> Asked:
    """The question of an item. Raises `Unusable` with the kind's name where it is no choice."""
    choice = _choice(item)
    texts: dict[str, str] = {}
    for option in _below(choice, "simplechoice"):
        page = _page(option, "选项")
        if page.images:
            raise Unusable("选项里有图片，暂不能导入，请把图片放进题干")
        texts[attribute(option, "identifier")] = page.text
    declared = _declaration(item, attribute(choice, "responseidentifier"))
    right = _right(declared)
    if any(name not in texts for name in right):
        raise Unusable("标准答案指向了不存在的选项")
    many = attribute(declared, "cardinality") == "multiple"
    stem, pictures = _stem(item, fetch)
    names = list(texts)
    options = [_truth(name, texts[name], texts) for name in names]
    found = [names.index(name) for name in right]
    title = tidy(attribute(item, "label"))
    return Asked(stem, options, found, many, _explanation(item), title, pictures)


def _choice(item: Element) -> Element:
    if any(local(one.tag) in {"templateprocessing", "printedvariable"} for one in item.iter()):
        raise Unusable("题目由模板变量生成，每次不同，不能导入")
    found = [one for one in item.iter() if local(one.tag).endswith("interaction")]
    others = [
        one for one in found if local(one.tag) not in {"choiceinteraction", "endattemptinteraction"}
    ]
    if others:
        kind = local(others[0].tag)
        named = INTERACTIONS.get(kind, f"“{kind[:30]}”")
        raise Unusable(f"{named}不能用于机考，只支持单选、多选、判断")
    choices = [one for one in found if local(one.tag) == "choiceinteraction"]
    if not choices:
        raise Unusable("没有可选的选项，不是选择题")
    if len(choices) > 1:
        raise Unusable(f"一道题里有 {len(choices)} 个作答区，请拆成几道题")
    return choices[0]


def _declaration(item: Element, identifier: str) -> Element:
    for one in _below(item, "responsedeclaration"):
        if attribute(one, "identifier") == identifier:
            return one
    raise Unusable("没有标准答案")


def _right(declared: Element) -> list[str]:
    """The correct response, else what the mapping gives marks for."""
    correct = next(_below(declared, "correctresponse"), None)
    if correct is not None:
        return [(value.text or "").strip() for value in _below(correct, "value")]
    scored = []
    for entry in _below(declared, "mapentry"):
        try:
            if float(attribute(entry, "mappedvalue") or 0) > 0:
                scored.append(attribute(entry, "mapkey"))
        except ValueError:
            raise Unusable("标准答案的分值不是数字") from None
    if not scored:
        raise Unusable("没有标准答案")
    return scored


def _truth(name: str, text: str, texts: dict[str, str]) -> str:
    """True and False in any writing become 正确 and 错误 where they are all that can be chosen."""
    if len(texts) != 2 or {truth(word) for word in texts.values()} != {True, False}:
        return text
    return "正确" if truth(text) else "错误"


def _stem(item: Element, fetch: Fetch) -> tuple[str, list[bytes]]:
    body = next(_below(item, "itembody"), None)
    if body is None:
        raise Unusable("题干是空的")
    page = _page(body, "题干", without=_LEFT_OUT | {"simplechoice"})
    pictures = []
    for address in page.images:
        content = fetch(address)
        if content is None:
            raise Unusable(f"题干里的图片“{address[-40:]}”不在文件里，请上传完整的内容包（zip）")
        pictures.append(content)
    return within(page.text, "题干"), pictures


def _explanation(item: Element) -> str:
    for one in _below(item, "modalfeedback"):
        if attribute(one, "identifier") == EXPLANATION:
            return _page(one, "解析").text
    return ""


def _below(element: Element, name: str) -> Iterator[Element]:
    return (one for one in element.iter() if local(one.tag) == name)


def _page(element: Element, what: str, without: Collection[str] = ()) -> Page:
    page = Page(what)
    _walk(element, page, without)
    return page


def _walk(element: Element, page: Page, without: Collection[str]) -> None:
    """Feed the page as its parser would: text, tags, tails."""
    for text, child in _pieces(element):
        if text:
            page.handle_data(text)
        if child is None or not isinstance(child.tag, str):
            continue
        tag = local(child.tag)
        if tag in without:
            continue
        attributes = [(local(key), value) for key, value in child.attrib.items()]
        page.handle_starttag("p" if tag == "prompt" else tag, list(attributes))
        _walk(child, page, without)
        page.handle_endtag("p" if tag == "prompt" else tag)


def _pieces(element: Element) -> Iterator[tuple[str, Element | None]]:
    yield element.text or "", None
    for child in element:
        yield "", child
        yield child.tail or "", None
