"""Text in, clean values out: roster filters and columns, reveal reasons, log-in by code."""

from typing import Any

from django import forms

from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.identity.kept import LOOK_KINDS
from anlan.identity.models import FIELD_NAMES, ImpactAssessment
from anlan.identity.queries import RosterFilters
from anlan.identity.rosters import ROSTER_FIELDS
from anlan.lib.columns import Wanted
from anlan.lib.masking import mask_id, mask_name
from anlan.lib.spreadsheets import Table

REASONS = ("核对本人身份", "电话通知本人", "处理投诉举报", "事故或工伤调查")
_OTHER = "其他"


def _roles() -> list[tuple[str, str]]:
    return codes.choices(System.OCCUPATION_ROLE)


class FilterForm(forms.Form):
    """The roster's filters; nonsense in the address filters nothing."""

    text = forms.CharField(label="姓名、完整身份证号或手机号", required=False, max_length=40)
    role = forms.ChoiceField(
        label="岗位类别", required=False, choices=lambda: [("", "全部"), *_roles()]
    )
    department = forms.CharField(label="部门", required=False, max_length=60)
    left = forms.ChoiceField(
        label="在册", required=False, choices=[("", "在册"), ("yes", "已离职")]
    )

    def filters(self) -> RosterFilters:
        self.is_valid()
        clean = self.cleaned_data
        return RosterFilters(
            text=clean.get("text", ""),
            role=clean.get("role", ""),
            department=clean.get("department", "").strip(),
            left=clean.get("left", "") == "yes",
        )


class UploadForm(forms.Form):
    """A roster file."""

    file = forms.FileField(
        label="花名册文件",
        help_text="xlsx、xls 或 csv，不超过 20 MB、5 万行。",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
        error_messages={"required": "请先选择文件。", "empty": "这个文件是空的，请重新选择。"},
    )


class ColumnsForm(forms.Form):
    """Which column is which; the choices are the sheet's own columns with an example each."""

    wanted: tuple[Wanted, ...] = ROSTER_FIELDS
    masked = False

    def __init__(self, table: Table, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(table.sheets) > 1:
            self.fields["sheet"] = forms.ChoiceField(
                label="工作表", choices=[(name, name) for name in table.sheets]
            )
        labels = [column_label(table, at, masked=self.masked) for at in range(len(table.headers))]
        columns = [(str(at), label) for at, label in enumerate(labels)]
        for wanted in self.wanted:
            empty = ("", "请选择" if wanted.required else "文件里没有")
            self.fields[wanted.key] = forms.ChoiceField(
                label=wanted.label, required=wanted.required, choices=[empty, *columns]
            )

    def mapping(self) -> dict[str, int]:
        clean = self.cleaned_data
        return {w.key: int(clean[w.key]) for w in self.wanted if clean.get(w.key)}

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        chosen = [clean[w.key] for w in self.wanted if clean.get(w.key)]
        if len(set(chosen)) < len(chosen):
            raise forms.ValidationError("有一列被指给了两个项目，请为每个项目选不同的列。")
        return clean


def column_label(table: Table, at: int, *, masked: bool = False) -> str:
    """C 列「手机号」，例：15400000001"""
    example = next((row[at] for row in table.rows if at < len(row) and row[at]), "")
    if masked and len(example) >= 15 and example[:15].isdigit():
        example = mask_id(example)
    elif masked and "姓名" in table.headers[at]:
        example = mask_name(example)
    shown = f"，例：{example[:18]}" if example else "，空列"
    return f"{_letters(at)} 列「{table.headers[at] or '无表头'}」{shown}"


def _letters(at: int) -> str:
    at += 1
    letters = ""
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class RevealForm(forms.Form):
    """Which masked field, and why."""

    field = forms.ChoiceField(label="要看的内容", choices=list(FIELD_NAMES.items()))
    reason = forms.ChoiceField(
        label="理由", choices=[("", "请选择"), *[(r, r) for r in (*REASONS, _OTHER)]]
    )
    other = forms.CharField(
        label="理由说明", required=False, max_length=120, help_text="选“其他”时必填。"
    )

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        if clean.get("reason") == _OTHER and not clean.get("other", "").strip():
            self.add_error("other", "请写明理由，本人可以看到这段话。")
        return clean

    def said(self) -> str:
        reason, other = self.cleaned_data["reason"], self.cleaned_data.get("other", "").strip()
        return f"{reason}：{other}" if other else str(reason)


class PhoneChangeForm(forms.Form):
    """A person's new number, and how the change was checked."""

    phone = forms.CharField(
        label="新手机号", max_length=24, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    reason = forms.CharField(
        label="理由", max_length=120, help_text="例如：本人换号，已当面核对身份证。"
    )


class LeaveForm(forms.Form):
    """The last day of work."""

    on = forms.DateField(
        label="离职日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class PhoneForm(forms.Form):
    """The number to which a code is sent."""

    phone = forms.CharField(
        label="手机号",
        max_length=24,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "tel-national", "autofocus": True}
        ),
    )


class CodeForm(forms.Form):
    """The code that was sent."""

    code = forms.CharField(
        label="6 位验证码",
        max_length=12,
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "class": "code-input",
                "maxlength": "6",
                "autofocus": True,
            }
        ),
    )


class LooksForm(forms.Form):
    """Who has looked, narrowed; nonsense in the address narrows nothing."""

    kind = forms.ChoiceField(
        label="内容", required=False, choices=[("", "全部"), *LOOK_KINDS.items()]
    )
    since = forms.DateField(
        label="自", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label="至", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def filters(self) -> dict[str, Any]:
        self.is_valid()
        clean = self.cleaned_data
        return {"kind": clean.get("kind", "")} | {
            name: clean.get(name) for name in ("since", "until")
        }


class DeleteForm(CodeForm):
    """The code, and that what was shown was read."""

    read = forms.BooleanField(
        label="我已看过上面的清单，知道删除后不能恢复",
        error_messages={"required": "请先看过清单并勾选。"},
    )


class AnswerForm(forms.Form):
    """A decision with its reason; the service says when it may be left out."""

    reason = forms.CharField(
        label="理由", required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = label


class SaidReasonForm(forms.Form):
    reason = forms.CharField(label="查看理由", max_length=200)


class ImpactForm(forms.ModelForm):  # type: ignore[type-arg]
    """The words of an impact assessment; the service writes them."""

    class Meta:
        model = ImpactAssessment
        fields = ("title", "purpose", "necessity", "risks", "measures")
        widgets = {
            name: forms.Textarea(attrs={"rows": 5, "maxlength": 2000})
            for name in ("purpose", "necessity", "risks", "measures")
        }

    def words(self) -> dict[str, str]:
        return {name: str(self.cleaned_data[name]) for name in self.Meta.fields}
