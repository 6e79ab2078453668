"""Text in, clean values out: passwords, codes, phones, roles."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.timezone import get_current_timezone, now

from anlan.foundation.access import limits, places
from anlan.foundation.accounts.models import Role, User
from anlan.lib import phones

DAY = timedelta(days=1)
CODE = {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
TRIES_A_DAY = 30  # of one account's second step, right ones forgive


class LoginForm(AuthenticationForm):
    """Django's own, speaking plainly."""

    error_messages = {
        "invalid_login": "用户名或密码不对。请核对后再试；连续输错会暂时锁定。",
        "inactive": "这个账号已停用，请联系本单位管理员。",
    }

    def get_invalid_login_error(self) -> ValidationError:
        """Who proved the password is told that the account is closed; nobody else learns it."""
        typed = self.cleaned_data
        closed = User.objects.filter(username=typed["username"], is_active=False).first()
        if closed is not None and closed.check_password(typed["password"]):
            return ValidationError(self.error_messages["inactive"], code="inactive")
        return super().get_invalid_login_error()


class _Counted:
    """A second step's code: tries are counted over all processes, and no code opens twice.

    allauth counts in its cache, which each process has of its own.
    """

    user: User

    def clean_code(self) -> str:
        at = now()
        if limits.counted("second", self.user.pk, since=at - DAY) >= TRIES_A_DAY:
            raise ValidationError("今天试的次数太多。请明天再试，或请同事重设两步验证。")
        limits.count("second", self.user.pk, at=at)
        code: str = super().clean_code()  # type: ignore[misc]
        about = f"{self.user.pk}:{''.join(code.split())}"
        if limits.counted("second-used", about, since=at - timedelta(minutes=2)):
            raise ValidationError("这个验证码刚刚用过，请等下一个。")
        limits.count("second-used", about, at=at)
        limits.forgive("second", self.user.pk)
        return code


class SecondStepForm(_Counted, AuthenticateForm):
    code = forms.CharField(
        label="验证码", widget=forms.TextInput(attrs=CODE | {"autofocus": True}), max_length=20
    )


class ConfirmByCodeForm(_Counted, ReauthenticateForm):
    code = forms.CharField(label="验证码", widget=forms.TextInput(attrs=CODE), max_length=20)


class AppForm(ActivateTOTPForm):
    code = forms.CharField(
        label="验证器显示的 6 位数字",
        widget=forms.TextInput(attrs=CODE | {"inputmode": "numeric"}),
        max_length=10,
    )


class KeyForm(AddWebAuthnForm):
    """A passkey opens the door alone: it asks for face, finger or PIN on its own device."""

    name = forms.CharField(
        label="名称", required=False, max_length=40, help_text="例如：办公电脑、我的手机"
    )
    passwordless = forms.BooleanField(required=False, initial=True, widget=forms.HiddenInput)


class ConfirmForm(forms.Form):
    """The password once more, before something of the account's security is changed."""

    password = forms.CharField(
        label="密码", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        at = now()
        if limits.counted("confirm", self.user.pk, since=at - timedelta(minutes=15)) >= 8:
            raise ValidationError("试的次数太多，请 15 分钟后再试。")
        if not self.user.check_password(password):
            limits.count("confirm", self.user.pk, at=at)
            raise ValidationError("密码不对，请重新输入。")
        return password


def _new_password() -> forms.CharField:
    return forms.CharField(
        label="新密码",
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class _TwiceForm(forms.Form):
    again: forms.Field

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        if "new" in clean and "again" in clean and clean["new"] != clean["again"]:
            self.add_error("again", "两次输入的不一样。")
        return clean


def _again() -> forms.CharField:
    return forms.CharField(
        label="再输一次新密码",
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class PasswordForm(_TwiceForm):
    old = forms.CharField(
        label="原密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = _new_password()
    again = _again()


class ResetForm(_TwiceForm):
    username = forms.CharField(
        label="用户名",
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    code = forms.CharField(label="重设码", max_length=20, widget=forms.TextInput(attrs=CODE))
    new = _new_password()
    again = _again()


class UnlockForm(forms.Form):
    username = forms.CharField(
        label="用户名",
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )


class UnlockCodeForm(UnlockForm):
    username = forms.CharField(max_length=64, widget=forms.HiddenInput)
    code = forms.CharField(label="短信验证码", max_length=10, widget=forms.TextInput(attrs=CODE))


class PhoneForm(forms.Form):
    phone = forms.CharField(
        label="手机号",
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )

    def clean_phone(self) -> str:
        try:
            return phones.parse(self.cleaned_data["phone"])
        except phones.BadPhone as wrong:
            raise ValidationError(f"{wrong}。") from wrong


class PhoneCodeForm(forms.Form):
    code = forms.CharField(label="短信验证码", max_length=10, widget=forms.TextInput(attrs=CODE))


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=200)


class OpenForm(forms.Form):
    name = forms.CharField(label="姓名", max_length=64)
    username = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9._-]{2,31}$",
        label="用户名",
        help_text="3 到 32 个字母、数字或 . _ -，登录时用",
        error_messages={"invalid": "只用字母、数字和 . _ -，3 到 32 个，以字母或数字开头。"},
    )
    reason = forms.CharField(label="理由", max_length=200, help_text="例如：历城区新任经办")


class GiveForm(forms.Form):
    """A role and the place it is given over, by the place's name."""

    role = forms.ChoiceField(label="角色")
    where = forms.CharField(
        label="范围",
        required=False,
        max_length=120,
        help_text="区县、行业填名称；单位填全称或统一社会信用代码；单个班填班号；市级角色和运维留空",
    )
    until = forms.DateField(
        label="截止日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="当天结束时终止；留空表示长期",
    )
    reason = forms.CharField(label="理由", max_length=200, help_text="例如：接替调离的同事")

    def __init__(self, *args: Any, roles: Iterable[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "请选择"), *((r.value, r.label) for r in roles)]

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        if "role" in clean and "where" in clean:
            clean["role"] = Role(clean["role"])
            clean["place"] = self._place(clean["role"], clean["where"])
        return clean

    def _place(self, role: Role, where: str) -> places.Place | None:
        kinds = places.SCOPES[role]
        found = [place for kind in kinds for place in places.find(kind, where)]
        if len(found) == 1:
            return found[0]
        wanted = "、".join(str(kind.label) for kind in kinds)
        if not where.strip():
            self.add_error("where", f"请填写{wanted}。")
        elif found:
            names = "；".join(place.name for place in found[:5])
            self.add_error("where", f"不止一个符合，请写全：{names}。")
        else:
            self.add_error("where", f"没有找到这样的{wanted}，请核对名称。")
        return None

    def clean_until(self) -> datetime | None:
        day = self.cleaned_data["until"]
        if day is None:
            return None
        return datetime.combine(day + DAY, time(), tzinfo=get_current_timezone())
