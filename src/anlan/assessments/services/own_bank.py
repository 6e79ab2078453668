"""Loading the bank and the checklists that the platform ships."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from anlan.assessments.models import Bank, Checklist, Item, ItemStatus
from anlan.assessments.parsing.drafts import answer_texts, fingerprint, plain
from anlan.assessments.services.banks import touch_bank
from anlan.assessments.states import ITEM_STEPS
from anlan.lib.states import advance

DATA = Path(__file__).parent.parent / "data"
TITLE = "安澜工伤预防题库"
SOURCE = "平台自编，逐题注明依据；法律法规条号已与公开文本核对，标准只核对了一部分"
_TEXTS = ("explanation", "basis", "risk", "industry", "difficulty", "topic")


@transaction.atomic
def load_own_bank(*, at: datetime, file: Path = DATA / "items.jsonl") -> Bank:
    """Bring the shipped bank up to date; loading it again changes nothing.

    A question that reads differently now comes in as a new item and retires the old one, so that
    papers already sat keep what was asked.
    """
    bank, _new = Bank.objects.get_or_create(
        owner=None, title=TITLE, defaults={"source": SOURCE, "at": at}
    )
    shipped = [_item(bank, json.loads(line)) for line in file.read_text("utf-8").splitlines()]
    # Of several versions the first is ours; what a city made of it later is its own.
    known = {item.fingerprint: item for item in bank.items.order_by("-version", "id")}
    fresh = [item for item in shipped if item.fingerprint not in known]
    _retire_reworded(bank, [item.key for item in fresh], at)
    Item.objects.bulk_create(fresh, batch_size=500)
    for item in shipped:
        _mend(known.get(item.fingerprint), item)
    touch_bank(bank)
    return bank


@transaction.atomic
def load_checklists(*, file: Path = DATA / "checklists.json") -> int:
    """Bring the shipped practical checklists up to date; returns how many there are."""
    rows: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))
    for row in rows:
        facts = {name: value for name, value in row.items() if name != "key"}
        Checklist.objects.update_or_create(key=row["key"], defaults=facts)
    return len(rows)


def _item(bank: Bank, row: dict[str, Any]) -> Item:
    return Item(
        bank=bank,
        key=row["key"],
        kind=row["kind"],
        stem=row["stem"],
        options=row["options"],
        answer=row["answer"],
        fingerprint=fingerprint(row["stem"], row["options"]),
        status=ItemStatus.IN_USE,
        **{name: row[name] for name in _TEXTS},
    )


def _retire_reworded(bank: Bank, keys: list[str], at: datetime) -> None:
    """Free the keys of items whose wording changed: the old row keeps its number as `key~id`."""
    for item in bank.items.filter(key__in=keys):
        item.key = f"{item.key}~{item.pk}"
        item.save(update_fields=["key"])
        if item.status != ItemStatus.RETIRED:
            advance(item, ItemStatus.RETIRED, ITEM_STEPS, retired_at=at)


def _mend(old: Item | None, new: Item) -> None:
    """Correct answer, explanation or basis of an item that reads the same.

    Its options keep their order: papers already drawn point at positions.
    """
    if old is None:
        return
    right = answer_texts(new.options, new.answer)
    answer = [at for at, option in enumerate(old.options) if plain(option) in right]
    facts = {"answer": answer} | {name: getattr(new, name) for name in _TEXTS}
    if any(getattr(old, name) != value for name, value in facts.items()):
        Item.objects.filter(pk=old.pk).update(**facts)
