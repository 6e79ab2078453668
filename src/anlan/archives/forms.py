"""What is typed on the pages of archives and certificates."""

from typing import Any

from django import forms

from anlan.archives import numbers, run_queries
from anlan.archives.models import RunKind
from anlan.archives.queries import STANDINGS, Filters, sealed_years
from anlan.classes.models import TrainingClass
from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.programs.models import Project

ANY = ("", "全部")


class FilterForm(forms.Form):
    """The certificate ledger's filters; nonsense in the address filters nothing."""

    text = forms.CharField(label="编号或姓名", required=False, max_length=40)
    standing = forms.ChoiceField(label="状态", required=False, choices=[ANY, *STANDINGS])
    industry = forms.ChoiceField(
        label="行业", required=False, choices=lambda: [ANY, *codes.choices(System.KEY_INDUSTRY)]
    )
    district = forms.ChoiceField(
        label="区县",
        required=False,
        choices=lambda: [ANY, *((one.code, one.name) for one in codes.districts())],
    )
    since = forms.DateField(
        label="发证日期自", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label="至", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def filters(self) -> Filters:
        self.is_valid()
        said = {name: self.cleaned_data.get(name) for name in self.fields}
        return Filters(
            text=said["text"] or "",
            standing=said["standing"] or "",
            industry=said["industry"] or "",
            district=said["district"] or "",
            since=said["since"],
            until=said["until"],
        )


class ReasonForm(forms.Form):
    """Why a certificate is revoked, or a class sealed again."""

    reason = forms.CharField(label="理由", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


class TakeForm(forms.Form):
    """What is taken out of an archive, and why. A learner needs no reason for the own one."""

    KEYS, OPENED, PAPER, RECORD = "keys", "opened", "paper", "record"

    reason = forms.CharField(
        label="取用理由",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    what = forms.ChoiceField(
        choices=[
            (KEYS, "钥匙"),
            (OPENED, "已开封副本"),
            (PAPER, "纸质件"),
            (RECORD, "学习档案"),
        ],
        widget=forms.HiddenInput,
    )

    @classmethod
    def for_staff(cls) -> "TakeForm":
        """As it is shown to those who must say why."""
        form = cls()
        form.fields["reason"].required = True
        return form


class RunForm(forms.Form):
    """Over which closed classes certificates are issued or printed again."""

    kind = forms.ChoiceField(
        label="办理", choices=RunKind, widget=forms.RadioSelect, initial=RunKind.ISSUE
    )
    project = forms.ModelChoiceField(
        label="项目",
        queryset=Project.objects.none(),
        required=False,
        to_field_name="uid",
        empty_label="全部项目",
    )
    classes = forms.ModelMultipleChoiceField(
        label="班次", queryset=TrainingClass.objects.none(), required=False, to_field_name="uid"
    )
    reason = forms.CharField(
        label="理由", max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    everything = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, project: Project | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.within = project
        self.fields["project"].queryset = run_queries.projects_with_closed_classes()  # type: ignore[attr-defined]
        self.fields["classes"].queryset = run_queries.closed_classes(project)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("kind") == RunKind.REPRINT and not said.get("reason", "").strip():
            self.add_error("reason", "重新打印须写明理由，理由会记入每张证明的存证记录。")
        if said.get("everything"):
            said["classes"] = run_queries.closed_classes(self.within)
        elif not said.get("classes"):
            self.add_error("classes", "请至少勾选一个班次，或办理全部班次。")
        return said


class NumberForm(forms.Form):
    """The number of a certificate, as somebody reads it off the paper."""

    number = forms.CharField(
        label="证明编号",
        max_length=40,
        widget=forms.TextInput(
            attrs={"placeholder": "AL2026-000123-7", "autocomplete": "off", "spellcheck": "false"}
        ),
    )

    def clean_number(self) -> str:
        try:
            return numbers.parse(self.cleaned_data["number"])
        except ValueError as wrong:
            raise forms.ValidationError(f"{wrong}。") from None


class NameForm(forms.Form):
    """The full name that somebody claims."""

    name = forms.CharField(
        label="完整姓名", max_length=64, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class ExportForm(forms.Form):
    """Which year, and whether the learners' archives go with it."""

    year = forms.TypedChoiceField(
        label="年度", coerce=int, choices=lambda: [(year, f"{year} 年") for year in sealed_years()]
    )
    learners = forms.BooleanField(
        label="连同一人一档", required=False, help_text="含学员姓名和身份证号，只存放在受控的地方。"
    )
