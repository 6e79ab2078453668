"""Filling item banks from files, and taking items out of use."""

from datetime import datetime
from typing import Any

from django.db import transaction

from anlan.assessments.models import Bank, BankUpload, Item
from anlan.assessments.parsing.drafts import LETTERS, ItemDraft, answer_texts
from anlan.assessments.parsing.sheets import Row, read_bank
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.services import record
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.organizations.models import Organization


@transaction.atomic
def open_bank(
    *, title: str, owner: Organization | None, source: str = "", by: User, at: datetime
) -> Bank:
    """A new, empty bank; without an owner it is the city's."""
    bank = Bank.objects.create(title=title[:100], owner=owner, source=source[:200], at=at)
    record(bank.subject, "bank_opened", by=by, at=at, title=bank.title)
    return bank


@transaction.atomic
def import_bank(
    bank: Bank, file: StoredFile, *, by: User, at: datetime, industry: str = ""
) -> BankUpload:
    """Read a bank file: good rows come in, each other row is named with its reason.

    `industry` is given to every new item. Every row is new, the same as before, or a problem.
    """
    rows = read_bank(file.path, file.name)
    if not rows:
        raise BadInput("这个文件里没有题目。", "请检查工作表内容后重新上传。")
    Bank.objects.select_for_update().get(pk=bank.pk)
    intake = _Intake(bank)
    for row in rows:
        intake.take(row)
    fresh = [_item(bank, draft, industry) for draft in intake.fresh]
    Item.objects.bulk_create(fresh, batch_size=500)
    upload = BankUpload.objects.create(
        bank=bank,
        file=file,
        rows_total=len(rows),
        rows_new=len(fresh),
        rows_same=intake.same,
        problems=intake.problems,
        by=by,
        at=at,
    )
    record(
        bank.subject,
        "bank_imported",
        by=by,
        at=at,
        new=upload.rows_new,
        same=upload.rows_same,
        bad=len(upload.problems),
        file=f"sha256:{file.sha256}",
    )
    return upload


def touch_bank(bank: Bank, *, at: datetime) -> None:
    """Tell every process that items have changed in place, so that its shelf is read anew."""
    Bank.objects.filter(pk=bank.pk).update(changed_at=at)


@transaction.atomic
def retire_item(item: Item, *, by: User, at: datetime, reason: str) -> None:
    """Draw it no more. Papers that hold it keep it."""
    live = Item.objects.filter(pk=item.pk, retired_at__isnull=True)
    if not live.update(retired_at=at):
        raise NotAllowed("这道题已经停用。", "请刷新页面查看最新状态。")
    item.retired_at = at
    touch_bank(item.bank, at=at)
    record(item.bank.subject, "item_retired", by=by, at=at, item=item.key, reason=reason)


class _Intake:
    """Sorts rows into new, same and problem against the bank and the rows before."""

    def __init__(self, bank: Bank) -> None:
        rows = bank.items.values_list("fingerprint", "options", "answer")
        self.known = {mark: answer_texts(options, answer) for mark, options, answer in rows}
        self.seen: dict[str, Row] = {}
        self.fresh: list[ItemDraft] = []
        self.same = 0
        self.problems: list[dict[str, Any]] = []

    def take(self, row: Row) -> None:
        if row.draft is None:
            self._refuse(row, row.problem)
            return
        mark = row.draft.fingerprint
        before = self.seen.setdefault(mark, row)
        if before is not row:
            self._refuse(row, _twin(row, before))
        elif mark not in self.known:
            self.fresh.append(row.draft)
        elif self.known[mark] == row.draft.answer_texts:
            self.same += 1
        else:
            told = _letters(row.draft)
            self._refuse(row, f"题库里已有这道题，但答案与本行的“{told}”不同，请核对哪个对")

    def _refuse(self, row: Row, sentence: str) -> None:
        self.problems.append({"sheet": row.sheet, "row": row.row, "text": sentence})


def _twin(row: Row, before: Row) -> str:
    where = (
        f"第 {before.row} 行"
        if row.sheet == before.sheet
        else (f"工作表“{before.sheet}”第 {before.row} 行")
    )
    if row.draft and before.draft and row.draft.answer_texts != before.draft.answer_texts:
        return f"与{where}是同一道题，但答案不同，请核对哪个对"
    return f"与{where}重复"


def _letters(draft: ItemDraft) -> str:
    return "".join(LETTERS[at] for at in draft.answer)


def _item(bank: Bank, draft: ItemDraft, industry: str) -> Item:
    return Item(
        bank=bank,
        key=draft.fingerprint[:20],
        kind=draft.kind,
        stem=draft.stem,
        options=list(draft.options),
        answer=list(draft.answer),
        explanation=draft.explanation,
        basis=draft.basis,
        industry=industry,
        topic=draft.topic,
        fingerprint=draft.fingerprint,
    )
