"""Text in, clean values out: the registration guide, the ledger's filters, a decision."""

from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    NumericPasswordValidator,
)

from anlan.foundation.accounts.models import User
from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.lib import phones, uscc
from anlan.lib.refusals import Refused
from anlan.organizations.models import Kind, Organization, Status
from anlan.organizations.queries import Filters
from anlan.organizations.services import Facts, refuse_registered

ANY = ("", "全部")
_PASSWORD_RULES = (
    MinimumLengthValidator(8),
    NumericPasswordValidator(),
    CommonPasswordValidator(),
)


def _districts() -> list[tuple[str, str]]:
    return [(code.code, code.name) for code in codes.districts()]


def _key_industries() -> list[tuple[str, str]]:
    return codes.choices(System.KEY_INDUSTRY)


class AccountForm(forms.Form):
    """Who registers, and how they will log in."""

    person_name = forms.CharField(label="您的姓名", max_length=64)
    username = forms.RegexField(
        r"^[A-Za-z][A-Za-z0-9_.-]{3,31}$",
        label="用户名",
        help_text="4 至 32 位，字母开头，可用字母、数字、点、横线。以后用它登录。",
        error_messages={"invalid": "用户名要以字母开头，4 至 32 位，只用字母、数字、点、横线。"},
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label="密码",
        help_text="至少 8 位，不要全是数字，不要用常见密码。",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="再输一次密码", widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean_username(self) -> str:
        username = str(self.cleaned_data["username"])
        if User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError("这个用户名已有人使用，请换一个。")
        return username

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        for rule in _PASSWORD_RULES:
            rule.validate(password)
        return password

    def clean_again(self) -> str:
        again = str(self.cleaned_data["again"])
        if "password" in self.cleaned_data and again != self.cleaned_data["password"]:
            raise forms.ValidationError("两次输入的密码不一样。")
        return again


class OrganizationForm(forms.Form):
    """What an organisation says about itself; `own` is the code that it may keep."""

    kind = forms.ChoiceField(
        label="单位类型",
        choices=[(k.value, k.label) for k in (Kind.EMPLOYER, Kind.PROVIDER, Kind.SCHOOL)],
        initial=Kind.EMPLOYER,
        widget=forms.RadioSelect,
    )
    uscc = forms.CharField(
        label="统一社会信用代码",
        max_length=40,
        help_text="营业执照上的 18 位代码，系统会核对校验位。",
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "spellcheck": "false"}),
    )
    name = forms.CharField(label="单位全称", max_length=100, help_text="与营业执照一致。")
    industry = forms.CharField(
        label="所属行业", max_length=5, error_messages={"required": "请选择所属行业。"}
    )
    hazardous = forms.BooleanField(
        label="持有危险化学品生产、经营、使用或运输许可",
        required=False,
        help_text="勾选后按危险化学品企业的要求安排培训。",
    )
    district = forms.ChoiceField(label="所在区县或功能区", choices=_districts)
    address = forms.CharField(label="详细地址", max_length=200)
    headcount = forms.IntegerField(
        label="职工人数", min_value=1, max_value=1_000_000, help_text="含劳务派遣人员。"
    )
    legal_person = forms.CharField(
        label="法定代表人（负责人）", max_length=64, required=False, help_text="与营业执照一致。"
    )
    founded = forms.DateField(
        label="成立日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "请按 2015-03-09 这样填写，或留空。"},
    )
    licence_kind = forms.CharField(
        label="主体类型",
        max_length=80,
        required=False,
        help_text="营业执照上的“类型”，例如有限责任公司。",
    )
    contact_name = forms.CharField(label="联系人", max_length=64)
    contact_phone = forms.CharField(
        label="联系人手机号",
        max_length=24,
        help_text="审核结果会发短信到这个号码。",
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )

    def __init__(self, *args: Any, own: str = "", **kwargs: Any) -> None:
        self.own = own
        super().__init__(*args, **kwargs)
        self.fields["district"].choices = [("", "请选择"), *_districts()]  # type: ignore[attr-defined]

    def clean_uscc(self) -> str:
        try:
            code = uscc.parse(self.cleaned_data["uscc"])
        except uscc.BadUscc as wrong:
            raise forms.ValidationError(f"{wrong}。") from None
        if code != self.own:
            try:
                refuse_registered(code)
            except Refused as taken:
                raise forms.ValidationError(f"{taken.message}{taken.next_step}") from None
        return code

    def clean_industry(self) -> str:
        code = str(self.cleaned_data["industry"]).strip().upper()
        if not codes.is_code(System.GB_T_4754, code):
            raise forms.ValidationError("请从列表里选择一个行业。")
        return code

    def clean_contact_phone(self) -> str:
        try:
            return phones.parse(self.cleaned_data["contact_phone"])
        except phones.BadPhone as wrong:
            raise forms.ValidationError(f"{wrong}。") from None

    def facts(self) -> Facts:
        """The clean values, as the services take them."""
        return facts_of(self.cleaned_data)


def facts_of(values: Any) -> Facts:
    """The facts among the values that a form or a kept draft holds."""
    return Facts(
        kind=values["kind"],
        uscc=values["uscc"],
        name=values["name"],
        industry=values["industry"],
        district=values["district"],
        hazardous=bool(values["hazardous"]),
        headcount=int(values["headcount"]),
        address=values["address"],
        contact_name=values["contact_name"],
        contact_phone=values["contact_phone"],
        legal_person=values.get("legal_person", ""),
        licence_kind=values.get("licence_kind", ""),
        founded=_day_text(values.get("founded")),
    )


def _day_text(day: date | str | None) -> str:
    return day.isoformat() if isinstance(day, date) else day or ""


def initial_of(organization: Organization) -> dict[str, Any]:
    """What a returned registration's form begins with."""
    told = {name: getattr(organization, name) for name in Facts.__annotations__}
    return told | {"founded": _day_text(organization.founded)}


class DecisionForm(forms.Form):
    """Why a registration is approved or returned."""

    reason = forms.CharField(
        label="意见",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class FilterForm(forms.Form):
    """The ledger's filters; nonsense in the address filters nothing."""

    text = forms.CharField(label="名称或信用代码", required=False, max_length=40)
    kind = forms.ChoiceField(label="类型", required=False, choices=[ANY, *Kind.choices])
    district = forms.ChoiceField(label="区县", required=False, choices=lambda: [ANY, *_districts()])
    key_industry = forms.ChoiceField(
        label="重点行业", required=False, choices=lambda: [ANY, *_key_industries()]
    )
    hazardous = forms.ChoiceField(
        label="危化许可", required=False, choices=[ANY, ("yes", "有"), ("no", "无")]
    )
    status = forms.ChoiceField(label="状态", required=False, choices=[ANY, *Status.choices])

    def filters(self) -> Filters:
        self.is_valid()
        return Filters(**{name: self.cleaned_data.get(name, "") for name in self.fields})
