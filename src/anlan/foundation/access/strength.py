"""How strong a password must be, said plainly. Length and being guessable matter; age doesn't."""

import re
from difflib import SequenceMatcher

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.timezone import now

from anlan.foundation.accounts.models import User
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date

SAID = "至少 {least} 个字符，不要只用数字，不要用姓名、用户名和常见密码。可以用一句自己记得住的话。"


class HouseValidator:
    """Long enough (a dated rule), not only figures, not the user's own name, not well known."""

    def validate(self, password: str, user: User | None = None) -> None:
        said = []
        least = _least()
        if len(password) < least:
            said.append(f"密码太短，至少 {least} 个字符。")
        if password.isdecimal():
            said.append("不要只用数字。")
        if user is not None and _close(password, user):
            said.append("密码和姓名或用户名太像。")
        if _is_common(password):
            said.append("这是常见密码，很容易被猜到。")
        if said:
            raise ValidationError(said)

    def get_help_text(self) -> str:
        return SAID.format(least=_least())


def help_text() -> str:
    return HouseValidator().get_help_text()


def _least() -> int:
    return rulebook(local_date(now())).whole("accounts.password_length_min")


def _close(password: str, user: User) -> bool:
    typed = password.lower()
    words = [w for w in (user.username.lower(), user.name.lower()) if len(w) > 1]
    return any(SequenceMatcher(a=typed, b=w).quick_ratio() > 0.8 for w in words)


def _is_common(password: str) -> bool:
    plain = re.sub(r"[\s_\-.@!]", "", password)
    try:
        CommonPasswordValidator().validate(password)
        CommonPasswordValidator().validate(plain)
    except ValidationError:
        return True
    return len(set(plain)) < 4
