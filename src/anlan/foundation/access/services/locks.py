"""The way back for who is locked out: a colleague with a reason, or a code to the own phone."""

from datetime import datetime

from axes.utils import reset
from django.db import transaction

from anlan.foundation.access import queries
from anlan.foundation.access.models import ContactPhone, Purpose
from anlan.foundation.access.services import codes
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record
from anlan.lib.refusals import BadInput, NotAllowed


@transaction.atomic
def unlock(user: User, *, by: User, at: datetime, reason: str) -> None:
    """Whoever looks after the account opens it again at every address; the ledger says why."""
    if not queries.locks(at=at, username=user.username):
        raise NotAllowed("这个账号现在没有被锁定。", "可以直接登录。")
    if not reason.strip():
        raise BadInput("请写明理由。", "例如：电话核对过本人。")
    reset(username=user.username)
    record(f"user/{user.uid}", "account_unlocked", by=by, at=at, reason=reason)


def send_unlock_code(username: str, *, at: datetime) -> None:
    """Text a code to the phone on file. Who has none, or isn't locked, gets the same answer."""
    user = User.objects.filter(username=username, is_active=True).first()
    phone = ContactPhone.objects.filter(user=user).first() if user else None
    if user is not None and phone is not None and queries.locks(at=at, username=username):
        codes.text_code(user, Purpose.UNLOCK, phone.phone, at=at)


@transaction.atomic
def _unlock_self(user: User, *, at: datetime) -> None:
    reset(username=user.username)
    record(f"user/{user.uid}", "account_unlocked_by_phone", by=user, at=at)


def unlock_by_code(username: str, code: str, *, at: datetime) -> None:
    """The code that was sent to the phone opens the door again; the password is still asked."""
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise BadInput("验证码不对。", "请核对短信里的 6 位数字。")
    codes.open_code(user, Purpose.UNLOCK, code, at=at)
    _unlock_self(user, at=at)
