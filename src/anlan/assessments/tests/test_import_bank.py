"""Bank files come in row by row; nothing is lost without a word."""

from pathlib import Path

import pytest

from anlan.assessments.models import Bank, BankUpload, Checklist, Item
from anlan.assessments.queries import item_counts, problem_runs
from anlan.assessments.services import (
    import_bank,
    load_checklists,
    load_own_bank,
    open_bank,
    retire_item,
)
from anlan.assessments.tests.builders import (
    HEADERS,
    a_bank,
    a_file,
    a_workbook,
    approved,
    shared,
)
from anlan.foundation.ledger.models import Entry
from anlan.foundation.ledger.queries import timeline
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.testing.cast import NOW, Cast

BANKS = sorted(shared("qbank_cn", "raw").glob("*.xlsx")) + [
    path for path in [shared("qbank_cn", "qbank_shared.jsonl")] if path.exists()
]
GOOD = ("安全", "单选题", "1.安全帽的用途是（ ）", "**A.防砸**B.好看**C.遮阳", "A")
JUDGE = ("安全", "判断题", "2.安全带应当高挂低用。", "**A.正确**B.错误", "A")
MANY = ("安全", "多选题", "3.个人防护用品包括（ ）", "**A.安全帽**B.拖鞋**C.安全带", "AC")


@pytest.fixture
def bank(cast: Cast) -> Bank:
    return a_bank(cast.provider, "机构题库")


def bring(bank: Bank, cast: Cast, *rows: tuple[str, ...], **more: str) -> BankUpload:
    content = a_workbook({"Sheet1": [HEADERS, *rows], "Sheet2": []})
    return import_bank(
        bank, a_file(content, cast.class_manager), by=cast.class_manager, at=NOW, **more
    )


def test_good_rows_come_in_and_bad_rows_are_named(bank: Bank, cast: Cast) -> None:
    nowhere = ("安全", "单选题", "4.灭火器压力应在（ ）", "**A.绿区**B.红区", "D")
    blank = ("安全", "单选题", "", "**A.绿区**B.红区", "A")
    essay = ("安全", "简答题", "5.简述上锁挂牌", "", "略")
    twin = ("安全", "单选题", "9、安全帽的用途是( )", "**A.防砸**B.好看**C.遮阳", "A")
    upload = bring(bank, cast, GOOD, nowhere, JUDGE, blank, MANY, essay, twin)
    assert (upload.rows_total, upload.rows_new, upload.rows_same) == (7, 3, 0)
    assert [(p["sheet"], p["row"], p["text"]) for p in upload.problems] == [
        ("Sheet1", 3, "答案“D”没有对应的选项，本题只有 A–B"),
        ("Sheet1", 5, "题干是空的"),
        ("Sheet1", 7, "题型“简答题”不能用于机考，只支持单选题、多选题、判断题"),
        ("Sheet1", 8, "与第 2 行重复"),
    ]
    kinds = sorted(bank.items.values_list("kind", "stem"))
    assert kinds[0] == ("judge", "安全带应当高挂低用。")
    assert timeline([bank.subject])[0].sentence == "题库导入：新增 3 题，相同 0 题，未能导入 4 行"


def test_the_same_file_again_changes_nothing(bank: Bank, cast: Cast) -> None:
    bring(bank, cast, GOOD, JUDGE, MANY)
    before = list(bank.items.values())
    upload = bring(bank, cast, GOOD, JUDGE, MANY)
    assert (upload.rows_new, upload.rows_same, upload.problems) == (0, 3, [])
    assert list(bank.items.values()) == before


def test_a_question_with_another_answer_is_not_taken_over(bank: Bank, cast: Cast) -> None:
    bring(bank, cast, GOOD)
    upload = bring(bank, cast, (*GOOD[:4], "B"))
    assert "答案与本行的“B”不同" in upload.problems[0]["text"]
    assert bank.items.get().answer == [0]


def test_two_rows_that_contradict_each_other_are_told(bank: Bank, cast: Cast) -> None:
    upload = bring(bank, cast, GOOD, (*GOOD[:4], "B"))
    assert upload.problems[0]["text"] == "与第 2 行是同一道题，但答案不同，请核对哪个对"


def test_the_industry_is_given_to_what_came_in(bank: Bank, cast: Cast) -> None:
    bring(bank, cast, GOOD, industry="mining")
    assert item_counts("mining", cast.provider)["single"] == 0, "nobody has approved it"
    approved(bank, cast.city_official)
    assert item_counts("mining", cast.provider)["single"] == 1
    assert item_counts("hazchem", cast.provider)["single"] == 0
    assert item_counts("mining")["single"] == 0


def test_a_sheet_that_is_no_bank_is_named_row_by_row(bank: Bank, cast: Cast) -> None:
    sheets = {"题目": [HEADERS, GOOD], "分工": [("任务分配", ""), ("甲", "1-50"), ("乙", "51-99")]}
    file = a_file(a_workbook(sheets), cast.class_manager)  # type: ignore[arg-type]
    upload = import_bank(bank, file, by=cast.class_manager, at=NOW)
    assert upload.rows_total == upload.rows_new + upload.rows_same + len(upload.problems)
    assert {p["sheet"] for p in upload.problems} == {"分工"}
    assert len(problem_runs(upload)) < len(upload.problems)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("题库.xlsx", b"not a workbook at all", "不是能读取的表格"),
        ("题库.xlsx", b"PK\x03\x04broken", "已损坏"),
        ("题库.csv", "题干,答案\n".encode(), "没有数据|没有题目"),
    ],
)
def test_a_file_that_is_no_bank_is_refused(
    bank: Bank, cast: Cast, name: str, content: bytes, words: str
) -> None:
    file = a_file(content, cast.class_manager, name)
    if name.endswith("csv"):
        upload = import_bank(bank, file, by=cast.class_manager, at=NOW)
        assert "没有数据" in upload.problems[0]["text"]
    else:
        with pytest.raises(BadInput, match=words):
            import_bank(bank, file, by=cast.class_manager, at=NOW)
        assert not BankUpload.objects.exists()
    assert not bank.items.exists()


def test_a_csv_with_options_in_columns_comes_in(bank: Bank, cast: Cast) -> None:
    text = "题目,选项A,选项B,选项C,正确答案\n安全色中红色表示什么,禁止,警告,指令,A\n"
    file = a_file(text.encode("gb18030"), cast.class_manager, "题库.csv")
    upload = import_bank(bank, file, by=cast.class_manager, at=NOW)
    assert (upload.rows_new, upload.problems) == (1, [])
    assert bank.items.get().options == ["禁止", "警告", "指令"]


def test_an_empty_workbook_is_refused(bank: Bank, cast: Cast) -> None:
    file = a_file(a_workbook({"Sheet1": []}), cast.class_manager)
    with pytest.raises(BadInput, match="没有题目"):
        import_bank(bank, file, by=cast.class_manager, at=NOW)
    assert not BankUpload.objects.exists()


def test_a_retired_item_is_drawn_no_more_and_only_once_retired(bank: Bank, cast: Cast) -> None:
    bring(bank, cast, GOOD)
    item = bank.items.get()
    retire_item(item, by=cast.class_manager, at=NOW, reason="依据已废止")
    assert item_counts("", cast.provider)["single"] == 0
    with pytest.raises(NotAllowed, match="已经停用"):
        retire_item(item, by=cast.class_manager, at=NOW, reason="再来")
    assert Entry.objects.filter(verb="item_retired").count() == 1


def test_a_new_bank_is_recorded(cast: Cast) -> None:
    made = open_bank(title="叉车 2026", owner=cast.provider, by=cast.class_manager, at=NOW)
    assert timeline([made.subject])[0].sentence == "新建题库「叉车 2026」"


def test_the_own_bank_fills_every_industrys_paper_and_loads_once(db: None) -> None:
    bank = load_own_bank(at=NOW)
    count = bank.items.count()
    assert count >= 200
    assert load_own_bank(at=NOW) == bank
    assert bank.items.count() == count
    for industry in (
        "hazchem",
        "metallurgy",
        "mining",
        "construction",
        "transport",
        "machinery",
        "",
    ):
        counts = item_counts(industry)
        assert counts["single"] >= 20
        assert counts["multiple"] >= 10
        assert counts["judge"] >= 20
    assert not bank.items.filter(basis="").exists()


def test_a_reworded_own_item_retires_the_old_one(db: None, tmp_path: Path) -> None:
    line = (
        '{"key":"x-1","kind":"judge","stem":"%s","options":["正确","错误"],"answer":[0],'
        '"explanation":"因为","basis":"条例","risk":"","industry":"","difficulty":1,"topic":""}'
    )
    file = tmp_path / "items.jsonl"
    file.write_text(line % "旧题干", "utf-8")
    bank = load_own_bank(at=NOW, file=file)
    file.write_text(line % "新题干", "utf-8")
    load_own_bank(at=NOW, file=file)
    found = {item.stem: item.retired_at for item in bank.items.all()}
    assert found == {"旧题干": NOW, "新题干": None}
    file.write_text((line % "新题干").replace('"answer":[0]', '"answer":[1]'), "utf-8")
    load_own_bank(at=NOW, file=file)
    assert bank.items.get(stem="新题干").answer == [1]


def test_the_checklists_load_once_and_sum_to_a_hundred(db: None) -> None:
    assert load_checklists() == load_checklists() == Checklist.objects.count()
    for checklist in Checklist.objects.all():
        assert sum(item["weight"] for item in checklist.items) == 100


@pytest.mark.skipif(not BANKS, reason="the shared banks (not ours to redistribute) are not here")
@pytest.mark.parametrize("path", BANKS, ids=lambda path: path.stem)
def test_the_banks_that_offices_really_have_come_in(bank: Bank, cast: Cast, path: Path) -> None:
    file = a_file(path.read_bytes(), cast.class_manager, path.name)
    upload = import_bank(bank, file, by=cast.class_manager, at=NOW)
    assert upload.rows_total == upload.rows_new + upload.rows_same + len(upload.problems)
    assert upload.rows_new > (0.8 if path.suffix == ".jsonl" else 0.9) * upload.rows_total
    assert all(p["row"] and p["text"] for p in upload.problems)
    for item in Item.objects.filter(bank=bank):
        assert item.answer
        assert all(0 <= at < len(item.options) for at in item.answer)
        assert len(set(item.options)) == len(item.options) >= 2
    if upload.rows_total > 2000:
        return  # what comes in twice is the same question, large or small
    again = import_bank(bank, file, by=cast.class_manager, at=NOW)
    assert (again.rows_new, again.rows_same) == (0, upload.rows_new)
    assert again.problems == upload.problems
