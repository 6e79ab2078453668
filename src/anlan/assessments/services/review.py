"""A second pair of eyes: items are handed in, approved by somebody else, or sent back."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from anlan.assessments.models import Bank, Item, ItemStatus
from anlan.assessments.policies import may_approve
from anlan.assessments.services.banks import touch_bank
from anlan.assessments.states import ITEM_STEPS
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date
from anlan.lib.refusals import NotAllowed
from anlan.lib.states import advance


@transaction.atomic
def submit_item(item: Item, *, by: User, at: datetime) -> None:
    """A draft is ready for somebody else's eyes."""
    advance(item, ItemStatus.REVIEW, ITEM_STEPS, remark="")
    record(item.bank.subject, "item_submitted", by=by, at=at, item=item.key)


@transaction.atomic
def approve_items(bank: Bank, items: Sequence[Item], *, by: User, at: datetime) -> int:
    """Put items into use; a new version retires the one it replaces.

    Own items are left waiting for somebody else; returns how many came into use. Raises
    `NotAllowed` when none of them may be approved.
    """
    second = rulebook(local_date(at)).flag("bank.second_pair_of_eyes")
    waiting = [item for item in items if item.status == ItemStatus.REVIEW]
    mine = [item for item in waiting if may_approve(by, item, second=second)]
    if not mine:
        raise NotAllowed(
            "这些题由您编写或导入，要由另一位同事审核。"
            if waiting
            else "选中的题目里没有待审核的。",
            "请让同一题库的其他管理人员审核，或请市级监管员审核。"
            if waiting
            else "请先选择状态为「待审核」的题目。",
        )
    for item in mine:
        advance(item, ItemStatus.IN_USE, ITEM_STEPS, reviewer=by, reviewed_at=at, remark="")
    _retire_replaced(mine, at)
    touch_bank(bank)
    record(bank.subject, "items_approved", by=by, at=at, items=len(mine), first=mine[0].key)
    return len(mine)


@transaction.atomic
def return_item(item: Item, *, reason: str, by: User, at: datetime) -> None:
    """Back to its author, with what is wrong."""
    if not reason.strip():
        raise NotAllowed("请写明退回原因。", "作者要知道改哪里。")
    advance(item, ItemStatus.DRAFT, ITEM_STEPS, remark=reason[:200], reviewer=by, reviewed_at=at)
    record(item.bank.subject, "item_returned", by=by, at=at, item=item.key, reason=reason[:200])


def _retire_replaced(items: Sequence[Item], at: datetime) -> None:
    old = Item.objects.filter(
        pk__in=[item.replaces_id for item in items if item.replaces_id],
        status=ItemStatus.IN_USE,
    )
    for item in old:
        advance(item, ItemStatus.RETIRED, ITEM_STEPS, retired_at=at)
