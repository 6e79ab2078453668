"""New versions of a checklist: drafted from the last, written, issued. What is issued stays."""

import csv
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.timezone import now

from anlan.foundation.accounts.models import User
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import is_code
from anlan.foundation.ledger.services import record
from anlan.hazards.models import Grade
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.lib.states import advance
from anlan.visits.models import Checklist, Issue, Item, MeasureKey
from anlan.visits.queries import checklists as queries
from anlan.visits.states import ISSUE_STEPS

DATA = files("anlan.visits").joinpath("data")
SHIPPED = (
    "general",
    "hazchem",
    "metallurgy",
    "mining",
    "building_materials",
    "construction",
    "transport",
    "machinery",
)
SHIPPED_FROM = date(2021, 1, 1)
MOST_ITEMS = 60
TEXTS = ("section", "text", "how", "clause", "risk", "grade", "measure")


@dataclass(frozen=True)
class Wording:
    """An item as it is written; `risk` by GB 6441-2025. An empty key gets a new one."""

    section: str
    text: str
    risk: str
    grade: str
    weight: int = 1
    how: str = ""
    clause: str = ""
    measure: str = ""
    key: str = ""


@transaction.atomic
def load_inspection_lists() -> int:
    """Issue the shipped lists where an industry has none yet; a city's own are left alone."""
    for name in SHIPPED:
        industry = "" if name == "general" else name
        if Checklist.objects.filter(industry=industry).exists():
            continue
        checklist = Checklist.objects.create(
            industry=industry,
            number=1,
            title=f"{queries.industry_word(industry)}检查清单",
            status=Issue.ISSUED,
            valid_from=SHIPPED_FROM,
            note="平台自带的第一版。所引法律、行政法规的条号已与公开文本核对；标准和文件只核对了一部分，使用前请对照原文。",
            made_at=now(),
            issued_at=now(),
        )
        with DATA.joinpath(f"{name}.csv").open(encoding="utf-8") as lines:
            rows = [_shipped(row) for row in csv.DictReader(lines)]
        _write(checklist, rows)
    return len(SHIPPED)


@transaction.atomic
def draft_checklist(industry: str, *, by: User, at: datetime) -> Checklist:
    """A new version to write in, beginning with what holds now."""
    if industry and not is_code(System.KEY_INDUSTRY, industry):
        raise BadInput("没有这个行业。", "请从列表里选择。")
    rows = Checklist.objects.filter(industry=industry)
    newest = rows.filter(status=Issue.ISSUED).order_by("-valid_from", "-number").first()
    number = (rows.aggregate(n=Max("number"))["n"] or 0) + 1
    title = newest.title if newest else f"{queries.industry_word(industry)}检查清单"
    try:
        with transaction.atomic():
            draft = Checklist.objects.create(
                industry=industry, number=number, title=title, made_by=by, made_at=at
            )
    except IntegrityError as twice:
        raise NotAllowed("这个行业已有一份草稿。", "请在那一份里修改，或先放弃它。") from twice
    if newest:
        _write(draft, [wording_of(one) for one in newest.items.all()])
    record(draft.subject, "checklist_drafted", by=by, at=at, number=number, industry=industry)
    return draft


@transaction.atomic
def write_item(draft: Checklist, wording: Wording, *, by: User, at: datetime) -> Item:
    """Write one item: the one of its key, or a new one at the end."""
    draft = _own_draft(draft)
    _refuse_nonsense(wording)
    key = wording.key or _new_key(draft)
    last = draft.items.aggregate(n=Max("place"))["n"] or 0
    if not draft.items.filter(key=key).exists() and draft.items.count() >= MOST_ITEMS:
        raise BadInput(f"一份清单最多 {MOST_ITEMS} 项。", "清单太长，现场走不完。")
    item, _ = Item.objects.update_or_create(
        checklist=draft,
        key=key,
        defaults=_facts(wording),
        create_defaults=_facts(wording) | {"place": last + 1},
    )
    record(draft.subject, "checklist_item_written", by=by, at=at, key=key)
    return item


@transaction.atomic
def remove_item(draft: Checklist, item: Item, *, by: User, at: datetime) -> None:
    draft = _own_draft(draft)
    if item.checklist_id != draft.pk:
        raise NotAllowed("这一项不在这份草稿里。", "请刷新页面。")
    item.delete()
    record(draft.subject, "checklist_item_removed", by=by, at=at, key=item.key)


@transaction.atomic
def fill_draft(draft: Checklist, rows: Sequence[Wording], *, by: User, at: datetime) -> None:
    """Put what a spreadsheet says in place of everything in the draft."""
    draft = _own_draft(draft)
    if not 1 <= len(rows) <= MOST_ITEMS:
        raise BadInput(
            f"一份清单要有 1 到 {MOST_ITEMS} 项，表里有 {len(rows)} 项。", "草稿没有变。"
        )
    for one in rows:
        _refuse_nonsense(one)
    draft.items.all().delete()
    _write(draft, rows)
    record(draft.subject, "checklist_filled", by=by, at=at, items=len(rows))


@transaction.atomic
def issue_checklist(
    draft: Checklist, valid_from: date, note: str, *, by: User, at: datetime
) -> None:
    """From a day that is not over: walks made before it keep the version they were made by."""
    draft = _own_draft(draft)
    items = list(draft.items.all())
    if not items:
        raise BadInput("草稿里还没有检查项。", "请至少写一项再发布。")
    newest = Checklist.objects.filter(industry=draft.industry, status=Issue.ISSUED)
    latest = newest.aggregate(day=Max("valid_from"))["day"]
    if valid_from < local_date(at) or (latest and valid_from < latest):
        raise BadInput("启用日期不能早于今天和上一版的启用日期。", "请改一个日期。")
    _refuse_double_counts(draft, items, valid_from)
    advance(
        draft,
        Issue.ISSUED,
        ISSUE_STEPS,
        valid_from=valid_from,
        note=note.strip()[:300],
        issued_by=by,
        issued_at=at,
    )
    day = valid_from.isoformat()
    record(draft.subject, "checklist_issued", by=by, at=at, items=len(items), valid_from=day)


@transaction.atomic
def discard_draft(draft: Checklist, *, by: User, at: datetime) -> None:
    draft = _own_draft(draft)
    record(draft.subject, "checklist_discarded", by=by, at=at)
    draft.delete()


def wording_of(item: Item) -> Wording:
    texts: dict[str, str] = {name: getattr(item, name) for name in TEXTS}
    return Wording(**texts, weight=item.weight, key=item.key)


def _shipped(row: dict[str, str]) -> Wording:
    texts = {name: row[name] for name in TEXTS}
    return Wording(**texts, weight=int(row["weight"]), key=row["key"])


def _write(checklist: Checklist, rows: Sequence[Wording]) -> None:
    Item.objects.bulk_create(
        Item(
            checklist=checklist,
            place=n,
            key=one.key or f"{checklist.industry or 'general'}-{uuid.uuid4().hex[:8]}",
            **_facts(one),
        )
        for n, one in enumerate(rows, start=1)
    )


def _facts(wording: Wording) -> dict[str, object]:
    return {name: getattr(wording, name) for name in (*TEXTS, "weight")}


def _own_draft(checklist: Checklist) -> Checklist:
    """The draft under lock; what is issued is never changed."""
    found = Checklist.objects.select_for_update().filter(pk=checklist.pk).first()
    if found is None or found.status != Issue.DRAFT:
        raise NotAllowed("已发布的清单不能改。", "请起草新的一版。")
    return found


def _new_key(draft: Checklist) -> str:
    return f"{draft.industry or 'general'}-{uuid.uuid4().hex[:8]}"


def _refuse_nonsense(wording: Wording) -> None:
    name = f"「{wording.text[:20]}」" if wording.text else "有一项"
    for value, most, what in (
        (wording.section, 20, "分组"),
        (wording.text, 120, "检查内容"),
    ):
        if not value or len(value) > most:
            raise BadInput(f"{name}的{what}要写，且不超过 {most} 字。", "请改好后再提交。")
    if len(wording.how) > 120 or len(wording.clause) > 120:
        raise BadInput(f"{name}的怎么看、依据各不超过 120 字。", "请精简后再提交。")
    if not is_code(System.GB_6441_2025, wording.risk):
        raise BadInput(f"{name}的伤害类型不在 GB 6441-2025 里。", "请从列表里选。")
    if wording.grade not in Grade.values or wording.weight not in (1, 2, 3):
        raise BadInput(f"{name}的等级或权重不对。", "等级选一般或重大，权重选 1 到 3。")
    if wording.measure and wording.measure not in MeasureKey.values:
        raise BadInput(f"{name}的计数不认识。", "留空，或从列表里选。")


def _refuse_double_counts(draft: Checklist, items: Sequence[Item], day: date) -> None:
    """A count must be made once on a walk, and a walk is the general list and an industry's."""
    own = [one.measure for one in items if one.measure]
    others = Item.objects.filter(checklist__status=Issue.ISSUED).exclude(measure="")
    if draft.industry:
        general = queries.in_force(queries.GENERAL, day)
        others = others.filter(checklist=general)
    else:
        trades = Checklist.objects.exclude(industry="").values_list("industry", flat=True)
        now_held = [queries.in_force(one, day) for one in set(trades)]
        others = others.filter(checklist__in=[one for one in now_held if one])
    taken = set(others.values_list("measure", flat=True))
    if len(set(own)) != len(own) or set(own) & taken:
        raise BadInput(
            "同一个计数在一次检查里只能出现一次。", "通用清单和行业清单里只留一处，再发布。"
        )
