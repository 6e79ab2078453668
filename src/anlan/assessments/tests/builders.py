"""A few people and things that exam stories need."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from anlan.assessments.models import Bank, Checklist, Item, ItemKind, ItemStatus, Sitting
from anlan.assessments.parsing.drafts import fingerprint
from anlan.assessments.services import approve_items, schedule_sittings
from anlan.foundation.accounts.models import User
from anlan.foundation.accounts.services import open_account
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.services import keep
from anlan.foundation.rules.queries import Rulebook, Ruling
from anlan.identity.models import Person, id_index
from anlan.organizations.models import Organization
from anlan.testing.cast import NOW, an_id_number

HOUR = timedelta(hours=1)
HEADERS = ("作业种类", "试题类型", "题目内容", "题目选项", "题目答案")


def a_learner(serial: int = 1, name: str = "王小河") -> Person:
    """A person with an account of their own."""
    number = an_id_number(serial)
    return Person.objects.create(
        name=name,
        id_number=number,
        id_index=id_index(number),
        user=open_account(username=f"learner{serial}", name=name, synthetic=True),
        created_at=NOW,
        is_synthetic=True,
    )


def the_user(person: Person) -> User:
    assert person.user is not None
    return person.user


def a_bank(owner: Organization | None = None, title: str = "通用题库") -> Bank:
    return Bank.objects.create(title=title, owner=owner, at=NOW)


def an_item(bank: Bank, serial: int, kind: ItemKind = ItemKind.SINGLE, industry: str = "") -> Item:
    """An item whose right options read 对的…, so that a test can tell."""
    stem = f"题目{kind}{industry}{serial}号说的是什么"
    options, answer = _choices(kind, serial)
    return Item.objects.create(
        bank=bank,
        key=f"{kind}-{industry}-{serial}",
        kind=kind,
        stem=stem,
        options=options,
        answer=answer,
        explanation=f"解析第{serial}条原文",
        basis=f"《演示条例》第{serial}条",
        industry=industry,
        fingerprint=fingerprint(stem, options),
        status=ItemStatus.IN_USE,
    )


def _choices(kind: ItemKind, serial: int) -> tuple[list[str], list[int]]:
    if kind == ItemKind.JUDGE:
        return ["正确", "错误"], [serial % 2]
    options = [f"甲{serial}", f"乙{serial}", f"丙{serial}", f"丁{serial}"]
    return options, [serial % 4] if kind == ItemKind.SINGLE else [0, 1 + serial % 3]


def shared(*parts: str) -> Path:
    """Data that is not ours to redistribute, beside the project; may be absent."""
    folders = [parent / "shared" / "data" for parent in Path(__file__).resolve().parents]
    return next((f for f in folders if f.is_dir()), Path("absent")).joinpath(*parts)


def approved(bank: Bank, by: User) -> int:
    """Everything that waits in the bank comes into use."""
    return approve_items(bank, list(bank.items.all()), by=by, at=NOW)


def a_picture(colour: str = "red", size: tuple[int, int] = (60, 40)) -> bytes:
    """A PNG of one colour with a comment that must not come in."""
    buffer = BytesIO()
    note = PngInfo()
    note.add_text("Comment", "who took it")
    Image.new("RGB", size, colour).save(buffer, "PNG", pnginfo=note)
    return buffer.getvalue()


def a_full_bank(owner: Organization | None = None, industry: str = "hazchem") -> Bank:
    """Thirty common items and thirty of an industry, ten of each kind."""
    bank = a_bank(owner)
    for kind in ItemKind:
        for serial in range(10):
            an_item(bank, serial, kind)
            an_item(bank, serial + 10, kind, industry)
    return bank


def the_rules(**values: object) -> Rulebook:
    """The rules of a small exam: 4 single, 2 multiple, 4 judge; 60 minutes; 80 to pass."""
    rules = {
        "exam.composition": {"single": 4, "multiple": 2, "judge": 4},
        "exam.weights": {"single": 10, "multiple": 15, "judge": 7.5},
        "exam.minutes": 60,
        "exam.pass_mark": 80,
    } | {f"exam.{key}": value for key, value in values.items()}
    return Rulebook({key: Ruling(value, "测试", key) for key, value in rules.items()})


def a_sitting(person: Person, by: User, earlier: Sitting | None = None, **rules: object) -> Sitting:
    """A sitting of the small exam, open from NOW for three hours; a make-up of `earlier`."""
    return schedule_sittings(
        [person],
        title="危化企业班组长培训 理论考试",
        industry="hazchem",
        rules=the_rules(**rules),
        opens_at=NOW,
        closes_at=NOW + 3 * HOUR,
        by=by,
        at=NOW - HOUR,
        avoid={person.pk: earlier} if earlier else None,
    )[0]


def right_answers(sitting: Sitting) -> dict[str, list[int]]:
    """What a perfect learner would tick, in shown positions."""
    keys = dict(Item.objects.values_list("pk", "answer"))
    return {
        str(no): sorted(q["order"].index(at) for at in keys[q["item"]])
        for no, q in enumerate(sitting.questions, start=1)
    }


def wrong_answers(sitting: Sitting) -> dict[str, list[int]]:
    """One wrong tick everywhere."""
    right = right_answers(sitting)
    return {
        str(no): [next(at for at in range(len(q["order"])) if at not in right[str(no)])]
        for no, q in enumerate(sitting.questions, start=1)
    }


def a_workbook(sheets: Mapping[str, list[tuple[str, ...]]]) -> bytes:
    """An xlsx as an office makes it."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def a_file(content: bytes, by: User, name: str = "题库.xlsx") -> StoredFile:
    return keep([content], name=name, by=by, at=NOW)


def a_checklist() -> Checklist:
    """Three items, the second one critical."""
    items = [
        {"key": "a", "text": "检查器具", "weight": 20, "critical": False, "photo": False},
        {"key": "b", "text": "系好安全带", "weight": 50, "critical": True, "photo": True},
        {"key": "c", "text": "清理现场", "weight": 30, "critical": False, "photo": False},
    ]
    return Checklist.objects.create(key="harness-test", title="安全带佩戴", items=items)


JPEG = b"\xff\xd8\xff\xe0" + b"0" * 200
FULL_MARK = Decimal("100.0")
