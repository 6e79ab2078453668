"""Moodle XML and QTI 2.1."""

import base64
import io
from collections.abc import Sequence
from html import escape
from xml.etree.ElementTree import Element, ElementTree, SubElement, register_namespace

from anlan.assessments.models import ItemKind
from anlan.assessments.parsing.qti import EXPLANATION
from anlan.assessments.writing.shown import Shown
from anlan.assessments.writing.texts import packed

QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
CP = "http://www.imsglobal.org/xsd/imscp_v1p1"
RIGHT = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"


def moodle_of(items: Sequence[Shown]) -> tuple[bytes, str]:
    root = Element("quiz")
    for item in items:
        _moodle(root, item)
    return _bytes(root), ".moodle.xml"


def _moodle(root: Element, item: Shown) -> None:
    judge = item.kind == ItemKind.JUDGE
    question = SubElement(root, "question", type="truefalse" if judge else "multichoice")
    SubElement(SubElement(question, "name"), "text").text = item.key
    stem = SubElement(question, "questiontext", format="html")
    image = f'<p><img src="@@PLUGINFILE@@/{item.picture_name}" alt=""></p>' if item.picture else ""
    SubElement(stem, "text").text = _html(item.stem) + image
    if item.picture:
        file = SubElement(stem, "file", name=item.picture_name, path="/", encoding="base64")
        file.text = base64.b64encode(item.picture).decode()
    told = SubElement(question, "generalfeedback", format="html")
    SubElement(told, "text").text = _html(item.explanation) if item.explanation else ""
    SubElement(question, "defaultgrade").text = "1"
    if not judge:
        single = item.kind == ItemKind.SINGLE
        SubElement(question, "single").text = "true" if single else "false"
        SubElement(question, "shuffleanswers").text = "true"
        SubElement(question, "answernumbering").text = "ABCD"
    words = ("true", "false") if judge else item.options
    for at, text in enumerate(words):
        share = f"{100 / len(item.answer):.5g}" if at in item.answer else "0"
        form = "moodle_auto_format" if judge else "html"
        answer = SubElement(question, "answer", fraction=share, format=form)
        SubElement(answer, "text").text = text if judge else _html(text)


def _html(text: str) -> str:
    return f"<p>{escape(text, quote=False).replace(chr(10), '<br>')}</p>"


def qti_of(items: Sequence[Shown]) -> tuple[bytes, str]:
    """A content package: manifest, one document an item, pictures beside them."""
    register_namespace("", QTI)
    files: dict[str, bytes] = {}
    names: list[tuple[str, list[str]]] = []
    for number, item in enumerate(items, start=1):
        name = f"items/item-{number:05}.xml"
        files[name] = _bytes(_qti(item, f"item-{number:05}"))
        parts = [name]
        if item.picture:
            path = f"items/images/{number:05}{item.picture_ending}"
            files[path] = item.picture
            parts.append(path)
        names.append((f"item-{number:05}", parts))
    register_namespace("", CP)
    return packed({"imsmanifest.xml": _bytes(_manifest(names)), **files}), ".qti21.zip"


def _qti(item: Shown, name: str) -> Element:
    many = item.kind == ItemKind.MULTIPLE
    root = _under(
        None,
        "assessmentItem",
        identifier=name,
        title=item.key,
        label=item.topic,
        adaptive="false",
        timeDependent="false",
    )
    declared = _under(
        root,
        "responseDeclaration",
        identifier="RESPONSE",
        cardinality="multiple" if many else "single",
        baseType="identifier",
    )
    right = _under(declared, "correctResponse")
    for at in item.answer:
        _under(right, "value").text = f"choice-{at + 1}"
    _under(root, "outcomeDeclaration", identifier="SCORE", cardinality="single", baseType="float")
    if item.explanation:
        _under(
            root,
            "outcomeDeclaration",
            identifier="FEEDBACK",
            cardinality="single",
            baseType="identifier",
        )
    _body(root, item, name, many)
    _under(root, "responseProcessing", template=RIGHT)
    if item.explanation:
        feedback = _under(
            root,
            "modalFeedback",
            outcomeIdentifier="FEEDBACK",
            identifier=EXPLANATION,
            showHide="show",
        )
        _lines(feedback, item.explanation)
    return root


def _body(root: Element, item: Shown, name: str, many: bool) -> None:
    body = _under(root, "itemBody")
    _lines(body, item.stem)
    if item.picture:
        source = f"images/{name.removeprefix('item-')}{item.picture_ending}"
        _under(_under(body, "p"), "img", src=source, alt="")
    choice = _under(
        body,
        "choiceInteraction",
        responseIdentifier="RESPONSE",
        shuffle="false" if item.kind == ItemKind.JUDGE else "true",
        maxChoices="0" if many else "1",
    )
    for at, text in enumerate(item.options):
        option = _under(choice, "simpleChoice", identifier=f"choice-{at + 1}")
        _broken(option, text)


def _lines(parent: Element, text: str) -> None:
    _broken(_under(parent, "p"), text)


def _broken(element: Element, text: str) -> None:
    """Text with `<br/>` for its line ends."""
    first, *rest = text.split("\n")
    element.text = first
    for line in rest:
        _under(element, "br").tail = line


def _manifest(names: Sequence[tuple[str, list[str]]]) -> Element:
    root = Element(f"{{{CP}}}manifest", identifier="anlan-bank")
    SubElement(root, f"{{{CP}}}organizations")
    resources = SubElement(root, f"{{{CP}}}resources")
    for name, parts in names:
        resource = SubElement(
            resources,
            f"{{{CP}}}resource",
            identifier=f"{name}-file",
            type="imsqti_item_xmlv2p1",
            href=parts[0],
        )
        for path in parts:
            SubElement(resource, f"{{{CP}}}file", href=path)
    return root


def _under(parent: Element | None, name: str, **attributes: str) -> Element:
    told = {key: value for key, value in attributes.items() if value or key == "alt"}
    if parent is None:
        return Element(f"{{{QTI}}}{name}", told)
    return SubElement(parent, f"{{{QTI}}}{name}", told)


def _bytes(root: Element) -> bytes:
    buffer = io.BytesIO()
    ElementTree(root).write(buffer, encoding="utf-8", xml_declaration=True)
    return buffer.getvalue()
