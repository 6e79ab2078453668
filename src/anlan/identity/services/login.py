"""Learners' accounts and the one-time code that opens them."""

import secrets
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac

from anlan.foundation.access.services.codes import refuse_hurried_address
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.services import give_role, open_account
from anlan.foundation.intake.cutoffs import cut_off
from anlan.foundation.ledger.services import record
from anlan.foundation.notices import services as notices
from anlan.foundation.rules.queries import rulebook
from anlan.identity.models import LoginCode, Person, id_index, phone_index
from anlan.lib import idnumber, phones
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, NotAllowed, Refused

LIFE = timedelta(minutes=5)
MOST_TRIES = 5


class TooSoon(Refused):
    """A code was sent a moment ago, or too many were."""

    status = 429


@transaction.atomic
def ensure_account(person: Person, *, at: datetime) -> User:
    """The person's own account, opened without a password when there is none yet."""
    locked = Person.objects.select_for_update().get(pk=person.pk)
    if locked.user is None:
        name = f"p-{locked.uid.hex}"
        user = open_account(username=name, name=locked.name, synthetic=locked.is_synthetic)
        give_role(user, Role.LEARNER, ScopeKind.CITY, by=None, at=at, reason="实名学员")
        locked.user = user
        locked.save(update_fields=["user"])
    person.user = locked.user
    return locked.user


@transaction.atomic
def send_login_code(phone: str, *, at: datetime, address: str = "") -> None:
    """Text a six-digit code to a registered phone; `address` is counted against its own limit.

    An unknown number gets the same answer and the same limits, and no message: nobody can ask
    the door who is registered. Raises `BadInput` for a wrong number, `TooSoon` for a hurried one.
    """
    number = _mobile(phone)
    index = phone_index(number)
    _refuse_hurry(index, at)
    refuse_hurried_address(address, at=at)
    code = f"{secrets.randbelow(10**6):06d}"
    LoginCode.objects.create(phone_index=index, code_hash=_hash(index, code), at=at)
    if Person.objects.filter(phone_index=index).exists():
        text = f"【安澜】登录验证码 {code}，5 分钟内有效。工作人员不会向您索要验证码。"
        notices.text([number], text, at=at)


def log_in_by_code(phone: str, code: str, *, at: datetime) -> User:
    """The account behind a phone whose newest code this is; each code opens once.

    A try is counted before it is compared and stays counted when it is refused.
    """
    index = phone_index(_mobile(phone))
    kept = LoginCode.objects.filter(phone_index=index, used_at=None).order_by("-at", "-id").first()
    if kept is None or kept.at + LIFE <= at:
        raise NotAllowed("验证码已过期或尚未获取。", "请重新获取验证码。")
    open_tries = LoginCode.objects.filter(pk=kept.pk, used_at=None, tries__lt=MOST_TRIES)
    if not open_tries.update(tries=F("tries") + 1):
        raise NotAllowed("验证码输错次数过多，已作废。", "请一分钟后重新获取验证码。")
    if not constant_time_compare(kept.code_hash, _hash(index, code.strip())):
        left = MOST_TRIES - kept.tries - 1
        once_more = f"请核对短信里的 6 位数字，还可以试 {left} 次。"
        raise BadInput("验证码不对。", once_more if left else "请重新获取验证码。")
    return _enter(kept, at)


@transaction.atomic
def log_in_by_card(id_number: str, name: str, *, at: datetime) -> User:
    """The account of who is on file under the number that the card vouches for.

    Nobody is registered by it, and neither number nor name is kept. A name that differs from the
    one on file opens nothing: the number may have been typed beside the wrong name in a roster.
    """
    person = _person_of_card(id_number, local_date(at))
    if person is None:
        raise NotAllowed(
            "平台里还没有您的名字。",
            "请单位安全员把您的姓名和身份证号加进花名册，导入后就能登录；"
            "已经在花名册里的，请用登记的手机号登录，并让安全员核对身份证号。",
        )
    if name and "".join(name.split()) != "".join(person.name.split()):
        raise NotAllowed(
            "这个身份证号在平台里登记的是另一个姓名，没有登录。",
            "请单位安全员对照身份证核对花名册里的姓名和号码。",
        )
    user = ensure_account(person, at=at)
    if not user.is_active:
        raise NotAllowed("这个账号已停用。", "请联系单位安全员。")
    return user


def _person_of_card(id_number: str, today: date) -> Person | None:
    try:
        number = idnumber.parse(id_number, today=today).number
    except idnumber.BadIdNumber:
        return None
    return Person.objects.filter(id_index=id_index(number), erased_at=None).first()


@transaction.atomic
def leave_everywhere(user: User, *, at: datetime) -> None:
    """End what opens the platform on every device of the user's, a lost phone's too.

    Hot paths and pages of every device refuse within five seconds (`intake.cutoffs`).
    """
    cut_off(user, at=at)
    record(f"user/{user.uid}", "left_everywhere", by=user, at=at)


@transaction.atomic
def _enter(kept: LoginCode, at: datetime) -> User:
    if not LoginCode.objects.filter(pk=kept.pk, used_at=None).update(used_at=at):
        raise NotAllowed("验证码已经用过。", "请重新获取验证码。")
    holders = list(Person.objects.filter(phone_index=kept.phone_index)[:2])
    if not holders:
        raise Refused("这个手机号没有登记。", "请联系单位安全员，核对花名册里的手机号。")
    if len(holders) > 1:
        raise Refused(
            "这个手机号登记在不止一人名下，不能用来登录。", "请联系单位安全员，改成您本人的手机号。"
        )
    user = ensure_account(holders[0], at=at)
    if not user.is_active:
        raise Refused("这个账号已停用。", "请联系单位安全员。")
    return user


def _refuse_hurry(index: str, at: datetime) -> None:
    lately = LoginCode.objects.filter(phone_index=index, at__gt=at - timedelta(hours=1))
    newest = lately.order_by("-at").first()
    book = rulebook(local_date(at))
    pause = timedelta(seconds=book.whole("sms.pause_seconds"))
    if newest is not None and at - newest.at < pause:
        wait = int((pause - (at - newest.at)).total_seconds()) + 1
        raise TooSoon("验证码刚刚发过。", f"请等 {wait} 秒后再获取；短信可能有延迟。")
    if lately.count() >= book.whole("sms.phone_hour_max"):
        raise TooSoon("这个手机号一小时内获取验证码的次数已满。", "请一小时后再试。")


def _mobile(phone: str) -> str:
    try:
        return phones.parse(phone)
    except phones.BadPhone as wrong:
        raise BadInput(f"{wrong}。", "请填写登记在花名册里的 11 位手机号。") from None


def _hash(index: str, code: str) -> str:
    """Keyed with the installation's secret: a million codes can't be tried against a stolen row."""
    return salted_hmac("anlan.login-code", f"{index}:{code}", algorithm="sha256").hexdigest()
