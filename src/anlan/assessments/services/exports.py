"""A bank as a file in the formats of others. Right answers leave here, so the ledger says it."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from anlan.assessments.models import Bank, CodeKind, Difficulty, Item
from anlan.assessments.queries import codes_by_kind
from anlan.assessments.writing.sheets import sheet_of
from anlan.assessments.writing.shown import Shown
from anlan.assessments.writing.texts import aiken_of, fits_aiken, gift_of
from anlan.assessments.writing.xml import moodle_of, qti_of
from anlan.foundation.accounts.models import User
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import code_name
from anlan.foundation.ledger.services import record
from anlan.lib.refusals import BadInput

Writer = Callable[[Sequence[Shown]], tuple[bytes, str]]


@dataclass(frozen=True, slots=True)
class ExportFormat:
    key: str
    label: str
    note: str
    write: Writer
    fits: Callable[[Shown], bool] = lambda _item: True


FORMATS = {
    one.key: one
    for one in (
        ExportFormat(
            "xlsx",
            "Excel 表格",
            "含解析、依据、事故类型、图片，可改好再导入",
            lambda items: (sheet_of(items), ".xlsx"),
        ),
        ExportFormat("gift", "GIFT", "Moodle 文本格式；有图片时打成 zip", gift_of),
        ExportFormat(
            "aiken",
            "Aiken",
            "最简文本格式，只能写单选题和判断题，不带图片和解析",
            aiken_of,
            fits_aiken,
        ),
        ExportFormat("moodle", "Moodle XML", "含解析和图片", moodle_of),
        ExportFormat("qti", "QTI 2.1 内容包", "国际标准格式，含解析和图片", qti_of),
    )
}
TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}


@dataclass(frozen=True, slots=True)
class Exported:
    name: str
    content: bytes
    content_type: str
    written: int
    left_out: int


@transaction.atomic
def export_bank(
    bank: Bank, items: Sequence[Item], format_: str, *, by: User, at: datetime
) -> Exported:
    """The items in one format. What the format can't hold is left out and counted."""
    chosen = FORMATS.get(format_)
    if chosen is None:
        raise BadInput("没有这种导出格式。", "请在页面上选择一种格式。")
    shown = [shown_of(item) for item in items]
    fitting = [item for item in shown if chosen.fits(item)]
    if not fitting:
        raise BadInput("没有可以写成这种格式的题目。", "请换一种格式，或放宽筛选条件。")
    content, ending = chosen.write(fitting)
    record(
        bank.subject,
        "bank_exported",
        by=by,
        at=at,
        format=chosen.label,
        items=len(fitting),
        left_out=len(shown) - len(fitting),
        file=f"sha256:{hashlib.sha256(content).hexdigest()}",
    )
    return Exported(
        f"{bank.title}{ending}",
        content,
        next(
            (kind for end, kind in TYPES.items() if ending.endswith(end)),
            "text/plain; charset=utf-8",
        ),
        len(fitting),
        len(shown) - len(fitting),
    )


def shown_of(item: Item) -> Shown:
    """An item in words; its codes are expected to be prefetched."""
    codes = codes_by_kind(item)
    return Shown(
        key=item.key,
        kind=item.kind,
        stem=item.stem,
        options=tuple(item.options),
        answer=tuple(item.answer),
        explanation=item.explanation,
        basis=item.basis,
        topic=item.topic,
        risk=code_name(System.GB_6441_1986, item.risk) if item.risk else "",
        difficulty=str(Difficulty(item.difficulty).label),
        roles=tuple(code_name(System.OCCUPATION_ROLE, code) for code in codes[CodeKind.ROLE]),
        trades=tuple(codes[CodeKind.TRADE]),
        industry=code_name(System.KEY_INDUSTRY, item.industry) if item.industry else "",
        picture=item.image.path.read_bytes() if item.image else None,
    )
