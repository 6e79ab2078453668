"""Passwords: changed by oneself, set by a code after somebody vouched. None expires by age."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from anlan.foundation.access.models import ContactPhone, Purpose
from anlan.foundation.access.services import codes, sessions
from anlan.foundation.accounts.models import User
from anlan.foundation.accounts.services import open_account as open_bare
from anlan.foundation.ledger.services import record
from anlan.lib.refusals import BadInput, NotAllowed, Refused

NO_SUCH = "用户名或重设码不对。"


@transaction.atomic
def open_account(
    *, username: str, name: str, by: User | None, at: datetime, reason: str
) -> tuple[User, str]:
    """A new account without rights, and the code with which its owner sets the first password."""
    if User.objects.filter(username=username).exists():
        raise BadInput(f"用户名 {username} 已有人用。", "请换一个，例如加上单位的拼音缩写。")
    user = open_bare(username=username, name=name)
    record(f"user/{user.uid}", "account_opened", by=by, at=at, reason=reason)
    return user, codes.hand_code(user, Purpose.PASSWORD, at=at)


@transaction.atomic
def hand_reset_code(user: User, *, by: User | None, at: datetime, reason: str) -> str:
    """A code that lets the owner set a new password; who hands it over has made sure who asks."""
    if by is not None and by.pk == user.pk:
        raise NotAllowed("不能给自己发重设码。", "请在「账号安全」里修改密码。")
    record(f"user/{user.uid}", "reset_code_handed", by=by, at=at, reason=reason)
    return codes.hand_code(user, Purpose.PASSWORD, at=at)


def set_password_by_code(username: str, code: str, password: str, *, at: datetime) -> User:
    """The owner sets a password with the code; every session of the account ends.

    An unknown name is answered like a wrong code. Weak passwords are refused before the code is
    used up.
    """
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise BadInput(NO_SUCH, "请核对后再输；码只能用一次，过期请重新要一个。")
    require_strong(password, user)
    try:
        codes.open_code(user, Purpose.PASSWORD, code, at=at)
    except Refused as refused:
        raise BadInput(NO_SUCH, "请核对后再输；码只能用一次，过期请重新要一个。") from refused
    _set(user, password, at=at, verb="password_set")
    return user


def change_password(user: User, old: str, new: str, *, keep: str, at: datetime) -> None:
    """Change one's own; `keep` is the key of the session that goes on, all others end."""
    if not user.check_password(old):
        raise BadInput("原密码不对。", "请重新输入原密码。")
    if old == new:
        raise BadInput("新密码和原密码一样。", "请换一个。")
    require_strong(new, user)
    _set(user, new, at=at, verb="password_changed", keep=keep)


def require_strong(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as weak:
        raise BadInput("".join(weak.messages), "") from weak


@transaction.atomic
def _set(user: User, password: str, *, at: datetime, verb: str, keep: str = "") -> None:
    user.set_password(password)
    user.save(update_fields=["password"])
    sessions.end_others(user, keep=keep, at=at)
    record(f"user/{user.uid}", verb, by=user, at=at)


@transaction.atomic
def take_second_factors(user: User, *, by: User, at: datetime, reason: str) -> int:
    """For somebody whose phone is lost: every second factor goes; sessions end."""
    if by.pk == user.pk:
        raise NotAllowed("不能给自己办理。", "请用备用码登录，再在「账号安全」里更换。")
    gone, _ = Authenticator.objects.filter(user_id=user.pk).delete()
    if not gone:
        raise NotAllowed("这个账号没有设置两步验证。", "")
    sessions.end_others(user, keep="", at=at)
    record(f"user/{user.uid}", "second_factors_taken", by=by, at=at, reason=reason)
    return int(gone)


@transaction.atomic
def note_second_factor(user: User, verb: str, *, at: datetime) -> None:
    """A ledger line for what allauth has just kept: `second_factor_added`, `…_removed`."""
    record(f"user/{user.uid}", verb, by=user, at=at)


@transaction.atomic
def close_account(user: User, *, by: User, at: datetime, reason: str) -> None:
    """Nobody comes in with it any more; what was done under it stays."""
    if by.pk == user.pk:
        raise NotAllowed("不能停用自己的账号。", "请由另一位有权限的人办理。")
    if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
        raise NotAllowed("这个账号已经停用。", "")
    sessions.end_others(user, keep="", at=at)
    record(f"user/{user.uid}", "account_closed", by=by, at=at, reason=reason)


@transaction.atomic
def reopen_account(user: User, *, by: User, at: datetime, reason: str) -> None:
    if not User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
        raise NotAllowed("这个账号没有停用。", "")
    record(f"user/{user.uid}", "account_reopened", by=by, at=at, reason=reason)


def keep_phone(user: User, code: str, *, at: datetime) -> None:
    """The phone to which the code was sent is the user's from now on."""
    opened = codes.open_code(user, Purpose.PHONE, code, at=at)  # a wrong try stays counted
    with transaction.atomic():
        ContactPhone.objects.update_or_create(
            user=user, defaults={"phone": opened.phone, "confirmed_at": at}
        )
        record(f"user/{user.uid}", "contact_phone_kept", by=user, at=at)
