"""The step before anything is handed out or deleted: a code to the phone on file."""

from datetime import datetime

from anlan.foundation.access.models import Purpose
from anlan.foundation.access.services.codes import open_code, text_code
from anlan.foundation.accounts.models import User
from anlan.identity.models import Person
from anlan.lib.refusals import Refused


def send_rights_code(person: Person, user: User, *, at: datetime) -> None:
    """A session that somebody left open must not be enough. Raises `Refused` without a phone."""
    if not person.phone:
        raise Refused("没有登记手机号，无法核对是您本人。", "请到单位安全员处登记手机号后再试。")
    text_code(user, Purpose.RIGHTS, person.phone, at=at)


def confirm_by_code(person: Person, user: User, typed: str, *, at: datetime) -> None:
    """Use up the code. It counts only while the phone that got it is still the person's."""
    kept = open_code(user, Purpose.RIGHTS, typed, at=at)
    if kept.phone != person.phone:
        raise Refused("验证码发到的手机号已经不是登记的号码。", "请重新获取验证码。")
