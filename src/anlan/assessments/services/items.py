"""Writing items: a new one, a change, a new version of what was in use; codes of many at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from anlan.assessments.models import Bank, CodeKind, Item, ItemCode, ItemKind, ItemStatus
from anlan.assessments.parsing.answers import TRUE_FALSE
from anlan.assessments.parsing.drafts import ItemDraft, Unusable
from anlan.assessments.parsing.pictures import Album
from anlan.assessments.parsing.rows import refuse_options
from anlan.assessments.parsing.texts import checked
from anlan.assessments.services.banks import touch_bank
from anlan.assessments.states import ITEM_STEPS
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.services import keep
from anlan.foundation.ledger.services import record
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.lib.states import advance

_WORDS = ("kind", "stem", "options", "answer", "explanation", "basis")
_CODES = ("risk", "industry", "topic", "difficulty")


@dataclass(frozen=True)
class Written:
    """An item as its author has it. `picture` None keeps what is there, `drop_picture` takes it."""

    draft: ItemDraft
    picture: bytes | None = None
    drop_picture: bool = False
    submit: bool = False


@transaction.atomic
def write_item(bank: Bank, written: Written, *, by: User, at: datetime) -> Item:
    """A new item: a draft, or handed in for review at once."""
    image = _kept(written, None, by, at)
    draft = _checked(written.draft, image)
    _refuse_twin(bank, draft)
    item = Item(bank=bank, key=draft.fingerprint[:20], author=by, image=image)
    return _save(item, draft, written, "item_written", by=by, at=at)


@transaction.atomic
def rewrite_item(item: Item, written: Written, *, by: User, at: datetime) -> Item:
    """A change by hand. What was ever in use stays as it was asked: its new version waits for
    review and replaces it then."""
    item = Item.objects.select_for_update().get(pk=item.pk)
    if item.status == ItemStatus.RETIRED:
        raise NotAllowed("这道题已经停用，不能再改。", "可以在题库里新写一道。")
    if not item.may_change and item.versions.exclude(status=ItemStatus.RETIRED).exists():
        raise NotAllowed("这道题已有一个新版本在等待审核。", "请到题库里修改那个新版本。")
    image = _kept(written, item.image, by, at)
    draft = _checked(written.draft, image)
    _refuse_twin(item.bank, draft, but=item)
    if item.may_change:
        item.author, item.image = by, image
        if item.status == ItemStatus.REVIEW:
            advance(item, ItemStatus.DRAFT, ITEM_STEPS)
        return _save(item, draft, written, "item_changed", by=by, at=at)
    fresh = Item(bank=item.bank, author=by, image=image, replaces=item)
    fresh.version = _next_version(item)
    fresh.key = f"{item.key.split('-v')[0]}-v{fresh.version}"
    return _save(fresh, draft, written, "item_version_written", by=by, at=at)


@transaction.atomic
def code_items(
    bank: Bank,
    items: Sequence[Item],
    facts: Mapping[str, Any],
    *,
    roles: Iterable[str] | None = None,
    trades: Iterable[str] | None = None,
    by: User,
    at: datetime,
) -> int:
    """Set codes of many items: accident type, industry, topic, difficulty, roles, trades.

    `facts` holds only what is to be set; `roles` and `trades` replace what is there, None leaves
    them. Codes say for whom and against what an item is, not what it asks: no new version.
    """
    told = {name: value for name, value in facts.items() if name in _CODES}
    if not told and roles is None and trades is None:
        raise BadInput("没有选择要设置的内容。", "请至少选一项，例如事故类型。")
    if not items:
        raise BadInput("没有选中题目。", "请先勾选，或选择“全部符合筛选的题”。")
    if told:
        Item.objects.filter(pk__in=[item.pk for item in items]).update(**told)
    for kind, codes in ((CodeKind.ROLE, roles), (CodeKind.TRADE, trades)):
        if codes is not None:
            _set_codes(items, kind, list(dict.fromkeys(codes)))
    touch_bank(bank)
    record(
        bank.subject,
        "items_coded",
        by=by,
        at=at,
        items=len(items),
        fields=_said(told, roles, trades),
    )
    return len(items)


def _said(told: Mapping[str, Any], *codes: Iterable[str] | None) -> str:
    names = {"risk": "事故类型", "industry": "行业", "topic": "知识点", "difficulty": "难度"}
    said = [names[name] for name in told]
    return "、".join(
        [*said, *(n for n, c in zip(("培训对象", "工种"), codes, strict=True) if c is not None)]
    )


def _set_codes(items: Sequence[Item], kind: CodeKind, codes: Sequence[str]) -> None:
    ItemCode.objects.filter(item__in=items, kind=kind).delete()
    ItemCode.objects.bulk_create(
        [ItemCode(item=item, kind=kind, code=code) for item in items for code in codes],
        batch_size=500,
    )


def _save(
    item: Item, draft: ItemDraft, written: Written, verb: str, *, by: User, at: datetime
) -> Item:
    for name in (*_WORDS, *_CODES):
        value = getattr(draft, name)
        setattr(item, name, list(value) if isinstance(value, tuple) else value)
    item.fingerprint = draft.fingerprint
    item.save()
    _set_codes([item], CodeKind.ROLE, draft.roles)
    _set_codes([item], CodeKind.TRADE, draft.trades)
    if written.submit:
        advance(item, ItemStatus.REVIEW, ITEM_STEPS, remark="")
    record(item.bank.subject, verb, by=by, at=at, item=item.key)
    return item


def _next_version(item: Item) -> int:
    """Above every version of the same words, so that it fits beside all of them."""
    beside = item.bank.items.filter(fingerprint=item.fingerprint).order_by("-version").first()
    return max(item.version, beside.version if beside else 0) + 1


def _kept(written: Written, before: StoredFile | None, by: User, at: datetime) -> StoredFile | None:
    if written.picture is None:
        return None if written.drop_picture else before
    try:
        picture = Album().keep([written.picture])
    except Unusable as why:
        raise BadInput(f"{why}。", "题目没有保存，请换一张图片再试。") from why
    if picture is None:
        return before
    name = f"题图-{picture.sha256[:12]}{picture.ending}"
    return keep([picture.data], name=name, by=by, at=at)


def _checked(draft: ItemDraft, image: StoredFile | None) -> ItemDraft:
    """The same rules as for a row of a file; what is wrong is said before anything is saved."""
    try:
        stem = checked(draft.stem, "题干")
        options = tuple(checked(text, "选项") for text in draft.options)
        if draft.kind == ItemKind.JUDGE:
            options = TRUE_FALSE.texts
        if not stem:
            raise Unusable("题干是空的")
        refuse_options(options)
        _refuse_answer(draft, len(options))
    except Unusable as why:
        raise BadInput(f"{why}。", "题目没有保存，请改好后再保存。") from why
    picture = _Kept(image.sha256) if image else None
    return replace(draft, stem=stem, options=options, picture=picture)


def _refuse_answer(draft: ItemDraft, width: int) -> None:
    if not draft.answer or any(not 0 <= place < width for place in draft.answer):
        raise Unusable("没有选定正确答案，或答案没有对应的选项")
    if len(draft.answer) > 1 and draft.kind != ItemKind.MULTIPLE:
        raise Unusable("单选题和判断题只能有一个正确答案")


@dataclass(frozen=True, slots=True)
class _Kept:
    """The hash of a picture that is kept already."""

    sha256: str
    data: bytes = b""
    ending: str = ""


def _refuse_twin(bank: Bank, draft: ItemDraft, but: Item | None = None) -> None:
    """Not the same words twice, but for an item and the one it replaces."""
    same = bank.items.filter(fingerprint=draft.fingerprint).exclude(status=ItemStatus.RETIRED)
    if but is not None:
        same = same.exclude(pk__in=[but.pk, but.replaces_id or but.pk])
    twin = same.first()
    if twin is not None:
        raise BadInput(f"题库里已有这道题（编号 {twin.key}）。", "请到那道题上修改，不必重写。")
