"""Files of other systems: choice questions come in, all else is refused by name, bombs stay out."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from anlan.assessments.models import ItemKind
from anlan.assessments.parsing.files import read_file
from anlan.assessments.parsing.packages import MOST_ONE
from anlan.assessments.parsing.rows import Format, Reading
from anlan.assessments.tests.builders import a_picture, shared
from anlan.lib.refusals import BadInput

pytestmark = pytest.mark.django_db
MOODLE = """<?xml version="1.0"?><quiz>
<question type="category"><category><text>$course$/高处作业</text></category></question>
<question type="multichoice"><name><text>q1</text></name>
 <questiontext format="html"><text><![CDATA[<p>安全带应当<b>怎样</b>系挂？</p>]]></text></questiontext>
 <generalfeedback format="html"><text>高挂低用。</text></generalfeedback><single>true</single>
 <answer fraction="100" format="html"><text><![CDATA[<p>高挂低用</p>]]></text></answer>
 <answer fraction="0"><text>低挂高用</text></answer></question>
<question type="multichoice"><name><text>q2</text></name>
 <questiontext format="html"><text>防护用品有</text></questiontext><single>false</single>
 <answer fraction="50"><text>安全帽</text></answer><answer fraction="-100"><text>拖鞋</text></answer>
 <answer fraction="50"><text>安全带</text></answer></question>
<question type="truefalse"><name><text>q3</text></name>
 <questiontext format="html"><text>动火要办票。</text></questiontext>
 <answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false</text></answer></question>
%s</quiz>"""
ITEM_21 = """<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="a" title="t">
<responseDeclaration identifier="RESPONSE" cardinality="%s" baseType="identifier">
<correctResponse>%s</correctResponse></responseDeclaration>
<itemBody><p>安全色里红色表示什么？</p>%s<choiceInteraction responseIdentifier="RESPONSE" maxChoices="1">
<prompt>请选择</prompt><simpleChoice identifier="A">禁止</simpleChoice>
<simpleChoice identifier="B">警告</simpleChoice></choiceInteraction></itemBody></assessmentItem>"""
ITEM_3 = """<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="a">
<qti-response-declaration identifier="R" cardinality="multiple" base-type="identifier">
<qti-correct-response><qti-value>x</qti-value><qti-value>z</qti-value></qti-correct-response>
</qti-response-declaration><qti-item-body><p>三不伤害包括</p>
<qti-choice-interaction response-identifier="R" max-choices="0">
<qti-simple-choice identifier="x">不伤害自己</qti-simple-choice>
<qti-simple-choice identifier="y">不伤害机器</qti-simple-choice>
<qti-simple-choice identifier="z">不伤害他人</qti-simple-choice>
</qti-choice-interaction></qti-item-body></qti-assessment-item>"""


def a_zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture
def read(tmp_path: Path):  # type: ignore[no-untyped-def]
    def _read(name: str, content: str | bytes) -> Reading:
        path = tmp_path / "file"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_file(path, name)

    return _read


def told(reading: Reading) -> list[Any]:
    return [
        (row.draft.kind, row.draft.stem, row.draft.options, row.draft.answer)
        if row.draft
        else row.problem
        for row in reading.rows
    ]


def test_moodle_xml_comes_in_with_its_topic_and_explanation(read) -> None:  # type: ignore[no-untyped-def]
    reading = read("题库.xml", MOODLE % "")
    assert reading.format == Format.MOODLE
    assert told(reading) == [
        (ItemKind.SINGLE, "安全带应当怎样系挂？", ("高挂低用", "低挂高用"), (0,)),
        (ItemKind.MULTIPLE, "防护用品有", ("安全帽", "拖鞋", "安全带"), (0, 2)),
        (ItemKind.JUDGE, "动火要办票。", ("正确", "错误"), (0,)),
    ]
    assert reading.rows[0].draft.topic == "高处作业"
    assert reading.rows[0].draft.explanation == "高挂低用。"


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("essay", "问答题"),
        ("matching", "匹配题"),
        ("cloze", "完形填空"),
        ("numerical", "数值题"),
        ("shortanswer", "填空题"),
        ("ordering", "排序题"),
        ("coderunner", "“coderunner”"),
    ],
)
def test_a_kind_without_a_place_to_tick_is_refused_by_name(read, kind: str, word: str) -> None:  # type: ignore[no-untyped-def]
    other = f'<question type="{kind}"><name><text>别的</text></name></question>'
    row = read("题库.xml", MOODLE % other).rows[3]
    assert row.row == 4
    assert word in row.problem
    assert "“别的”" in row.problem


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>题干",
        '<img src="x" onerror="alert(1)">题干',
        "<iframe></iframe>题",
    ],
)
def test_what_would_run_in_a_page_is_refused(read, words: str) -> None:  # type: ignore[no-untyped-def]
    other = (
        '<question type="truefalse"><questiontext format="html"><text><![CDATA[%s]]></text>'
        '</questiontext><answer fraction="100"><text>true</text></answer>'
        '<answer fraction="0"><text>false</text></answer></question>'
    )
    assert "网页脚本" in read("题库.xml", MOODLE % (other % words)).rows[3].problem
    gift = read("题库.gift", f"::a::[html]{words.replace('=', chr(92) + '=')}{{T}}\n")
    assert "网页脚本" in gift.rows[0].problem
    csv = read("题库.csv", f'题干,答案\n"{words.replace(chr(34), chr(34) * 2)}",对\n')
    assert "网页脚本" in csv.rows[0].problem


def test_qti_2_and_3_come_in(read) -> None:  # type: ignore[no-untyped-def]
    two = read("a.xml", ITEM_21 % ("single", "<value>A</value>", ""))
    assert two.format == Format.QTI
    assert told(two) == [
        (ItemKind.SINGLE, "安全色里红色表示什么？\n请选择", ("禁止", "警告"), (0,))
    ]
    three = read("b.xml", ITEM_3)
    assert told(three)[0][0] == ItemKind.MULTIPLE
    assert three.rows[0].draft.answer == (0, 2)


def test_a_qti_package_brings_its_pictures_and_names_broken_parts(read) -> None:  # type: ignore[no-untyped-def]
    item = ITEM_21 % ("single", "<value>B</value>", '<img src="pics/a.png" alt=""/>')
    lost = ITEM_21 % ("single", "<value>B</value>", '<img src="pics/no.png" alt=""/>')
    files = {
        "imsmanifest.xml": b"<manifest/>",
        "q/1.xml": item.encode(),
        "q/2.xml": lost.encode(),
        "q/3.xml": b"<broken",
        "q/pics/a.png": a_picture(),
    }
    reading = read("包.zip", a_zip(files))
    assert [row.sheet for row in reading.rows] == ["q/1.xml", "q/2.xml", "q/3.xml"]
    assert reading.rows[0].draft.picture is not None
    assert b"who took it" not in reading.rows[0].draft.picture.data
    assert "不在文件里" in reading.rows[1].problem
    assert "不是完整的 XML" in reading.rows[2].problem


def test_a_picture_out_of_the_package_is_never_reached(read) -> None:  # type: ignore[no-untyped-def]
    for address in (
        "../../../../etc/passwd",
        "/etc/passwd",
        "file:///etc/passwd",
        "http://x/y.png",
    ):
        item = ITEM_21 % ("single", "<value>B</value>", f'<img src="{address}" alt=""/>')
        row = read("包.zip", a_zip({"q/1.xml": item.encode()})).rows[0]
        assert "不在文件里" in row.problem


def test_bombs_are_refused(read) -> None:  # type: ignore[no-untyped-def]
    entities = (
        '<?xml version="1.0"?><!DOCTYPE q [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
        "<quiz><question type='essay'><name><text>&b;</text></name></question></quiz>"
    )
    with pytest.raises(BadInput, match="实体"):
        read("题库.xml", entities)
    outside = '<!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>'
    with pytest.raises(BadInput, match="实体"):
        read("题库.xml", outside)
    bomb = a_zip({"a.xml": b" " * (MOST_ONE + 10)})
    assert len(bomb) < 100_000
    with pytest.raises(BadInput, match="太大"):
        read("包.zip", bomb)
    deep = "<quiz>" + "<a>" * 200_000
    with pytest.raises(BadInput, match="不是完整的 XML"):
        read("题库.xml", deep)


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_opened(read) -> None:  # type: ignore[no-untyped-def]
    huge = a_picture(size=(5100, 5000))
    assert len(huge) < 1_000_000
    item = ITEM_21 % ("single", "<value>B</value>", '<img src="a.png" alt=""/>')
    row = read("包.zip", a_zip({"1.xml": item.encode(), "a.png": huge})).rows[0]
    assert "像素，太大" in row.problem


def test_gift_reads_names_weights_escapes_and_feedback(read) -> None:  # type: ignore[no-untyped-def]
    text = (
        "// 注释\n$CATEGORY: 用电/触电\n\n::1::电压 36V\\: 是\\{安全\\}电压？{=对 #好 ~错 #不对}\n\n"
        "::2::正确的有{\n~%50%断电\n~%50%验电\n~%-100%带电 # 错 \n}\n\n::3::水能导电{T####纯水除外}\n\n"
        "1 加 1 等于{#2}\n\n匹配{=a -> b =c -> d}\n\n写一写{}\n\n填空{=答}\n\n光说不练\n"
    )
    reading = read("题库.txt", text)
    assert told(reading)[:3] == [
        (ItemKind.JUDGE, "电压 36V: 是{安全}电压？", ("正确", "错误"), (0,)),
        (ItemKind.MULTIPLE, "正确的有", ("断电", "验电", "带电"), (0, 1)),
        (ItemKind.JUDGE, "水能导电", ("正确", "错误"), (0,)),
    ]
    assert reading.rows[2].draft.explanation == "纯水除外"
    assert reading.rows[2].draft.topic == "触电"
    words = ("数值题", "匹配题", "问答题", "填空题", "说明文字")
    assert all(w in row.problem for w, row in zip(words, reading.rows[3:], strict=True))


def test_aiken_names_what_is_broken(read) -> None:  # type: ignore[no-untyped-def]
    text = "好题\nA. 甲\nB) 乙\nANSWER: B\n\n没答完\nA. 甲\n\n答案不在\nA. 甲\nB. 乙\nANSWER: C\n"
    reading = read("题库.txt", text)
    assert reading.format == Format.AIKEN
    assert told(reading)[0] == (ItemKind.SINGLE, "好题", ("甲", "乙"), (1,))
    assert "缺少 ANSWER 行（从文件第 6 行起）" in reading.rows[1].problem
    assert "没有对应的选项" in reading.rows[2].problem
    assert len(reading.rows) == 3


def test_a_text_of_no_known_format_is_refused(read) -> None:  # type: ignore[no-untyped-def]
    for name, content in (
        ("a.txt", "今天开会"),
        ("a.xml", "<html/>"),
        ("a.docx", "x"),
        ("a.zip", "x"),
    ):
        with pytest.raises(BadInput):
            read(name, content)


@pytest.mark.skipif(not shared("qbank_formats").exists(), reason="the shared samples are not here")
def test_the_samples_of_other_systems_are_accounted_for() -> None:
    gift = read_file(shared("qbank_formats", "questions.gift.txt"), "questions.gift.txt")
    assert [bool(row.draft) for row in gift.rows] == [0, 0, 1, 1, 0, 0, 1, 1, 1]
    aiken = read_file(shared("qbank_formats", "aiken_errors.txt"), "aiken_errors.txt")
    assert [row.draft.stem for row in aiken.rows if row.draft] == [
        "A good question",
        "A second good question",
    ]
    qti = read_file(shared("packages", "qti21_qtiworks_bsd.zip"), "qti.zip")
    assert sum(1 for row in qti.rows if row.draft) >= 25
    assert all(row.draft or row.problem for row in qti.rows)
