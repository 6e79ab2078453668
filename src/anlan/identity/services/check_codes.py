"""The six digits of the manual route: to the person's phone, heard by whoever looks at the card."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac

from anlan.foundation.access import limits
from anlan.foundation.access.services.codes import refuse_hurried_address, refuse_hurry
from anlan.foundation.accounts.models import User
from anlan.foundation.notices import services as notices
from anlan.foundation.rules.queries import rulebook
from anlan.identity.models import CheckStatus, IdentityCheck
from anlan.lib.dates import local_date
from anlan.lib.refusals import NotAllowed, Refused

MOST_CODE_TRIES = 5


def send_code(check: IdentityCheck, *, at: datetime) -> None:
    """The first code, never refused: nobody may wait for it. Without a phone: none.

    It counts toward the limits of `send_code_again`.
    """
    if not check.person.phone:
        return
    limits.count("sms-phone", check.person.phone, at=at)
    _send(check, at)


def send_missing_code(check: IdentityCheck, *, at: datetime) -> None:
    """A code where none is good any more: before a talk in which it is to be read out."""
    if not check.code_hash or check.code_until is None or check.code_until <= at:
        send_code(check, at=at)


@transaction.atomic
def send_code_again(check: IdentityCheck, *, by: User, at: datetime, address: str = "") -> None:
    """Another code; the older one opens nothing from now on. Limited as the codes of the log-in."""
    if check.status not in (CheckStatus.REVIEW, CheckStatus.APPEALED):
        raise NotAllowed("这次核验已经不需要验证码。", "请刷新页面查看结果。")
    if not check.person.phone:
        raise Refused("没有登记手机号，收不到验证码。", "不用验证码也能核对：给工作人员看身份证。")
    refuse_hurry(check.person.phone, at=at)
    refuse_hurried_address(address, at=at)
    _send(check, at)


def hears(check: IdentityCheck, code: str, at: datetime) -> bool:
    """Whether this is the code that was texted; a try is counted first and stays counted."""
    if not check.code_hash or check.code_until is None or check.code_until <= at:
        raise Refused("验证码已过期或没有发过。", "请学员重新获取，或不填验证码并写明怎样确认的。")
    open_tries = IdentityCheck.objects.filter(pk=check.pk, code_tries__lt=MOST_CODE_TRIES)
    if not open_tries.update(code_tries=F("code_tries") + 1):
        raise Refused("验证码输错次数过多，已作废。", "请不填验证码，写明怎样确认的。")
    return constant_time_compare(check.code_hash, _hash(check, code.strip()))


def _send(check: IdentityCheck, at: datetime) -> None:
    """Only a keyed hash stays."""
    minutes = rulebook(local_date(at)).whole("identity.code_minutes")
    code = f"{secrets.randbelow(10**6):06d}"
    until = at + timedelta(minutes=minutes)
    rows = IdentityCheck.objects.filter(pk=check.pk)
    rows.update(code_hash=_hash(check, code), code_until=until, code_tries=0)
    text = (
        f"【安澜】人工核验码 {code}，{minutes} 分钟内有效。请在工作人员查看您的身份证时报给对方。"
    )
    notices.text([check.person.phone], text, at=at)


def _hash(check: IdentityCheck, code: str) -> str:
    return salted_hmac("anlan.identity-code", f"{check.uid}:{code}", algorithm="sha256").hexdigest()
