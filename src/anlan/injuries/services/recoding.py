"""A person says which type of 2025 a case of a split type is."""

from datetime import datetime

from django.db import IntegrityError, transaction

from anlan.foundation.accounts.models import User
from anlan.foundation.codes import lists
from anlan.foundation.codes.models import System
from anlan.foundation.ledger import services as ledger
from anlan.injuries.models import Case, Recoding
from anlan.injuries.targets import word_of
from anlan.lib.refusals import BadInput, NotAllowed


@transaction.atomic
def recode_case(case: Case, code: str, *, by: User, at: datetime) -> Recoding:
    """Only a counterpart of the crosswalk; the old type stays on the case as its day has it."""
    if code not in {one.code for one in lists.counterparts(case.type_code)}:
        raise BadInput("这不是原类别在新标准里的对应类别。", "请从给出的类别里选一项。")
    stale = Recoding.objects.filter(case=case, undone_at=None).exclude(former=case.type_code)
    stale.update(undone_at=at)
    try:
        with transaction.atomic():
            made = Recoding.objects.create(
                case=case, former=case.type_code, code=code, by=by, at=at
            )
    except IntegrityError:
        raise NotAllowed("另一位同事刚刚补编了这件案件。", "没有改动它，请看下一件。") from None
    Case.objects.filter(pk=case.pk).update(changed_at=at)
    name = word_of(System.GB_6441_2025, code)
    ledger.record(
        case.subject, "case_recoded", by=by, at=at, former=case.type_code, code=code, name=name
    )
    return made


@transaction.atomic
def undo_recoding(made: Recoding, *, by: User, at: datetime) -> Recoding:
    if made.by_id != by.pk:
        raise NotAllowed("只能撤回自己的选择。", "请联系当时补编的同事。")
    if not Recoding.objects.filter(pk=made.pk, undone_at=None).update(undone_at=at):
        raise NotAllowed("这一条已经撤回过了。", "请刷新页面查看最新状态。")
    Case.objects.filter(pk=made.case_id).update(changed_at=at)
    name = word_of(System.GB_6441_2025, made.code)
    ledger.record(made.case.subject, "recoding_undone", by=by, at=at, code=made.code, name=name)
    return made
