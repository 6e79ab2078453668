"""One-time codes: six digits to a phone, or ten characters that a colleague hands over."""

import secrets
from datetime import datetime, timedelta

from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac

from anlan.foundation.access import limits
from anlan.foundation.access.models import OneTimeCode, Purpose
from anlan.foundation.accounts.models import User
from anlan.foundation.notices import services as notices
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, NotAllowed

LIFE = timedelta(minutes=10)
MOST_TRIES = 5
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is taken for another


def hand_code(user: User, purpose: Purpose, *, at: datetime) -> str:
    """A code to be told in person or by telephone, in two groups of five; it voids older ones."""
    hours = rulebook(local_date(at)).whole("accounts.handed_code_hours")
    code = "".join(secrets.choice(_LETTERS) for _ in range(10))
    _keep(user, purpose, code, at=at, life=timedelta(hours=hours))
    return f"{code[:5]} {code[5:]}"


def text_code(user: User, purpose: Purpose, phone: str, *, at: datetime) -> None:
    """Six digits by text message; `TooOften` when this phone was sent too many within the hour."""
    refuse_hurry(phone, at=at)
    code = f"{secrets.randbelow(10**6):06d}"
    _keep(user, purpose, code, at=at, life=LIFE, phone=phone)
    text = f"【安澜】{purpose.label}验证码 {code}，10 分钟内有效。工作人员不会向您索要验证码。"
    notices.text([phone], text, at=at)


def refuse_hurry(phone: str, *, at: datetime) -> None:
    """Count a text message to a phone against the hour's limit, a dated rule."""
    book = rulebook(local_date(at))
    pause = timedelta(seconds=book.whole("sms.pause_seconds"))
    if limits.counted("sms-phone", phone, since=at - pause):
        wait = int(pause.total_seconds())
        raise limits.TooOften("验证码刚刚发过。", f"请等 {wait} 秒后再获取；短信可能有延迟。")
    hour = limits.counted("sms-phone", phone, since=at - timedelta(hours=1))
    if hour >= book.whole("sms.phone_hour_max"):
        raise limits.TooOften("这个手机号一小时内获取验证码的次数已满。", "请一小时后再试。")
    limits.count("sms-phone", phone, at=at)


def refuse_hurried_address(address: str, *, at: datetime) -> None:
    """Count a wish for a code against the hour's limit of an address, a dated rule."""
    if not address:
        return
    most = rulebook(local_date(at)).whole("sms.address_hour_max")
    if limits.counted("sms-address", address, since=at - timedelta(hours=1)) >= most:
        raise limits.TooOften(
            "这个网络一小时内获取验证码的次数已满。", "请换一个网络，或一小时后再试。"
        )
    limits.count("sms-address", address, at=at)


def open_code(user: User, purpose: Purpose, typed: str, *, at: datetime) -> OneTimeCode:
    """The code that was typed, used up by this. A try is counted before it is compared."""
    kept = OneTimeCode.objects.filter(user=user, purpose=purpose).order_by("-at", "-id").first()
    if kept is None or kept.used_at is not None or kept.until <= at:
        raise NotAllowed("这个码已过期，或已经用过。", "请重新获取。")
    open_tries = OneTimeCode.objects.filter(pk=kept.pk, used_at=None, tries__lt=MOST_TRIES)
    if not open_tries.update(tries=F("tries") + 1):
        raise NotAllowed("输错次数过多，这个码已作废。", "请重新获取。")
    if not constant_time_compare(kept.code_hash, _hash(user, purpose, typed)):
        left = MOST_TRIES - kept.tries - 1
        raise BadInput(
            "码不对。", f"请核对后再输，还可以试 {left} 次。" if left else "请重新获取。"
        )
    if not OneTimeCode.objects.filter(pk=kept.pk, used_at=None).update(used_at=at):
        raise NotAllowed("这个码已经用过。", "请重新获取。")
    return kept


def _keep(
    user: User, purpose: Purpose, code: str, *, at: datetime, life: timedelta, phone: str = ""
) -> None:
    OneTimeCode.objects.filter(user=user, purpose=purpose, used_at=None).update(used_at=at)
    OneTimeCode.objects.create(
        user=user,
        purpose=purpose,
        code_hash=_hash(user, purpose, code),
        phone=phone,
        at=at,
        until=at + life,
    )


def _hash(user: User, purpose: str, code: str) -> str:
    """Keyed with the installation's secret; blanks and small letters don't matter."""
    clean = "".join(code.split()).upper()
    return salted_hmac(
        "anlan.access.code", f"{user.pk}:{purpose}:{clean}", algorithm="sha256"
    ).hexdigest()
