"""Opening item banks, and taking items out of use."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from anlan.assessments.models import Bank, Item, ItemStatus
from anlan.assessments.states import ITEM_STEPS
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record
from anlan.lib.refusals import NotAllowed
from anlan.lib.states import advance
from anlan.organizations.models import Organization


@transaction.atomic
def open_bank(
    *, title: str, owner: Organization | None, source: str = "", by: User, at: datetime
) -> Bank:
    """A new, empty bank; without an owner it is the city's."""
    bank = Bank.objects.create(title=title[:100], owner=owner, source=source[:200], at=at)
    record(bank.subject, "bank_opened", by=by, at=at, title=bank.title)
    return bank


def touch_bank(bank: Bank) -> None:
    """Tell every process that items have changed in place, so that its shelf is read anew."""
    Bank.objects.filter(pk=bank.pk).update(revision=F("revision") + 1)


@transaction.atomic
def retire_item(item: Item, *, by: User, at: datetime, reason: str) -> None:
    """Draw it no more. Papers that hold it keep it."""
    if item.status == ItemStatus.RETIRED:
        raise NotAllowed("这道题已经停用。", "请刷新页面查看最新状态。")
    advance(item, ItemStatus.RETIRED, ITEM_STEPS, retired_at=at)
    touch_bank(item.bank)
    record(item.bank.subject, "item_retired", by=by, at=at, item=item.key, reason=reason)
