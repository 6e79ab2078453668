"""Cells as banks write them become questions, or a sentence that says why not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.assessments.parsing.answers import truth
from anlan.assessments.parsing.drafts import ItemDraft, Unusable, fingerprint
from anlan.assessments.parsing.options import split_options
from anlan.assessments.parsing.sheets import read_row, strip_number

pytestmark = pytest.mark.django_db  # a row may name codes of the lists


def a_row(**cells: str) -> ItemDraft:
    return read_row({"kind": "单选题", "answer": "A", **cells}, "题干")


@pytest.mark.parametrize(
    "cell",
    [
        "**A.安全帽**B.安全带**C.护目镜",
        "**A安全帽**B安全带**C护目镜",
        "**A:安全帽***B:安全带**C: 护目镜",
        "A.安全帽##B.安全带##C.护目镜",
        "A、安全帽\nB、安全带\nC、护目镜",
        "A、安全帽 B、安全带 C、护目镜",
        "A安全帽B安全带C护目镜",
        "\uff21\uff0e安全帽\uff22\uff0e安全带\uff23\uff0e护目镜",
        "安全帽|安全带|护目镜",
        "安全帽**安全带**护目镜",
        "**A.安全帽**B.安全带 C.护目镜",
        "**A.安全\n帽**B.安全带**C.护目镜",
        "(A)安全帽**(B)安全带**(C)护目镜",
    ],
)
def test_options_in_one_cell_are_told_apart(cell: str) -> None:
    assert split_options(cell).texts == ("安全帽", "安全带", "护目镜")


def test_a_latin_word_is_not_taken_for_a_letter() -> None:
    assert split_options("AED**BLS**CPR").texts == ("AED", "BLS", "CPR")
    assert split_options("A.AED**B.心肺复苏").texts == ("AED", "心肺复苏")


def test_an_option_may_speak_of_other_options() -> None:
    cell = "**A.戴手套**B.戴帽子**C.A、B 都对**D.A、B、C 都不对"
    assert split_options(cell).texts == ("戴手套", "戴帽子", "A、B 都对", "A、B、C 都不对")


def test_letters_out_of_order_are_followed_not_counted() -> None:
    draft = a_row(options="**B.乙**A.甲**C.丙", answer="A")
    assert (draft.options, draft.answer) == (("甲", "乙", "丙"), (0,))


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"options": "A.甲**B.乙", "answer": "C"}, "答案“C”没有对应的选项，本题只有 A–B"),
        ({"options": "A.甲**B.乙", "answer": ""}, "没有答案"),
        ({"options": "A.甲**B.乙", "answer": "丙"}, "没有对应的选项"),
        ({"options": "A.甲**B.乙", "answer": "AB"}, "单选题给了 2 个答案"),
        ({"options": ""}, "没有选项"),
        ({"options": "只有一段话"}, "选项分不开"),
        ({"options": "A.甲**B.乙**B.丙"}, "选项标号重复：B"),
        ({"options": "A.甲**C.乙"}, "缺少 B"),
        ({"options": "A.甲**B."}, "选项 B 是空的"),
        ({"options": "A.甲**B.乙**C.甲"}, "选项 A 和 C 文字相同"),
        ({"options": "A.甲**乙**C.丙"}, "选项标号不全"),
        ({"kind": "填空题", "options": ""}, "题型“填空题”不能用于机考"),
        ({"kind": "判断题", "answer": "C", "options": ""}, "答案“C”没有对应的选项"),
        ({"kind": "判断题", "answer": "A", "options": "A.能**B.会"}, "应为“正确”“错误”"),
        ({"A": "甲"}, "选项不足两个"),
    ],
)
def test_a_row_that_cannot_be_used_says_why(cells: dict[str, str], words: str) -> None:
    with pytest.raises(Unusable, match=words):
        a_row(**cells)


def test_an_empty_stem_is_refused() -> None:
    with pytest.raises(Unusable, match="题干是空的"):
        read_row({"answer": "A", "options": "A.甲**B.乙"}, "")


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ("A", 0),
        ("B ", 1),
        ("对", 0),
        ("错", 1),
        ("正确", 0),
        ("×", 1),
        ("√", 0),
        ("F", 1),
        ("是", 0),
    ],
)
def test_a_true_or_false_question_reads_every_way_of_saying_so(answer: str, right: int) -> None:
    draft = a_row(kind="是非题", answer=answer, options="")
    assert (draft.options, draft.answer) == (("正确", "错误"), (right,))


def test_a_true_or_false_question_follows_the_order_of_its_own_options() -> None:
    draft = a_row(kind="判断题", answer="A", options="**A:不正确**B:正确")
    assert draft.answer == (1,)


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ("ABD", (0, 1, 3)),
        ("a、b，d", (0, 1, 3)),
        ("1,3", (0, 2)),
        ("A B", (0, 1)),
        ("答案：CD", (2, 3)),
    ],
)
def test_several_answers_are_read_with_any_separator(answer: str, right: tuple[int, ...]) -> None:
    draft = a_row(kind="多选题", answer=answer, options="A.甲**B.乙**C.丙**D.丁")
    assert draft.answer == right


def test_an_answer_may_be_the_option_itself() -> None:
    assert a_row(options="A.安全帽**B.安全带", answer="安全带").answer == (1,)


def test_options_in_columns_keep_their_letters() -> None:
    draft = a_row(A="甲", B="B. 乙", answer="B")
    assert (draft.options, draft.answer) == (("甲", "乙"), (1,))
    with pytest.raises(Unusable, match="缺少 C"):
        a_row(A="甲", B="乙", D="丁", answer="D")


@pytest.mark.parametrize(
    ("stem", "previous", "kept"),
    [
        ("1.安全生产", None, "安全生产"),
        ("652\t乙炔发生器", 651, "乙炔发生器"),
        ("314\uff0e人体触电", 313, "人体触电"),
        ("99.2003年5月30日", 98, "2003年5月30日"),
        ("281隐弧排烟罩", 280, "隐弧排烟罩"),
        ("1.5 米以上的坠落", None, "1.5 米以上的坠落"),
        ("220V 的交流电压", 12, "220V 的交流电压"),
        ("1个标准大气压为", None, "1个标准大气压为"),
        ("2003年发生的事故", 98, "2003年发生的事故"),
    ],
)
def test_the_questions_number_goes_and_its_figures_stay(
    stem: str, previous: int | None, kept: str
) -> None:
    assert strip_number(stem, previous)[0] == kept


def test_equal_questions_are_equal_whatever_their_punctuation() -> None:
    one = fingerprint("安全帽应当（ ）佩戴。", ("正确", "随意"))
    assert one == fingerprint("安全帽应当(  )佩戴", ("随意", "正确 "))
    assert one != fingerprint("安全帽应当（ ）佩戴。", ("正确", "随便"))
    assert fingerprint("间距", ("0.5", "5")) != fingerprint("间距", ("05", "5"))


@given(st.text(max_size=60))
def test_no_cell_breaks_the_reader(text: str) -> None:
    for kind in ("单选题", "多选题", "判断题", ""):
        try:
            draft = read_row({"kind": kind, "options": text, "answer": text}, "题干")
        except Unusable:
            continue
        assert draft.answer
        assert all(0 <= at < len(draft.options) for at in draft.answer)
    assert truth(text) in {True, False, None}
