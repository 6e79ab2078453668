"""Text in, clean values out: a new project, the ledger's filters."""

from typing import Any

from django import forms

from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.programs.models import Project

ANY = ("", "全部")
DAY = {"invalid": "日期看不懂，请写成 2026-11-23 这样。"}
STATES = [ANY, ("coming", "未开始"), ("running", "执行中"), ("over", "已结束")]


def _industries() -> list[tuple[str, str]]:
    return codes.choices(System.KEY_INDUSTRY)


class ProjectForm(forms.Form):
    """A project as its approval names it."""

    title = forms.CharField(label="项目名称", max_length=120)
    code = forms.CharField(label="项目编号", max_length=40, help_text="照立项批复填写。")
    industry = forms.ChoiceField(
        label="面向行业", required=False, choices=lambda: [("", "不限行业"), *_industries()]
    )
    since = forms.DateField(
        label="开始日期", widget=forms.DateInput(attrs={"type": "date"}), error_messages=DAY
    )
    until = forms.DateField(
        label="结束日期", widget=forms.DateInput(attrs={"type": "date"}), error_messages=DAY
    )
    quota_people = forms.IntegerField(
        label="计划人次",
        min_value=1,
        max_value=1_000_000,
        error_messages={
            "invalid": "计划人次请填整数，例如 8000。",
            "min_value": "计划人次至少为 1。",
            "max_value": "计划人次超过 100 万，请核对是否多写了位数。",
        },
    )
    unit_price = forms.DecimalField(
        label="单价（元/人次）",
        min_value=1,
        max_value=99999,
        max_digits=8,
        decimal_places=2,
        error_messages={
            "invalid": "单价请填数字，例如 420.50。",
            "min_value": "单价至少 1 元。",
            "max_value": "单价超过 99,999 元，请核对单位是否为元。",
            "max_decimal_places": "单价最多两位小数。",
        },
    )

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if Project.objects.filter(code=code).exists():
            raise forms.ValidationError("这个项目编号已登记，请核对。")
        return code

    def clean(self) -> dict[str, Any]:
        facts = self.cleaned_data
        if facts.get("since") and facts.get("until") and facts["until"] <= facts["since"]:
            self.add_error("until", "结束日期应晚于开始日期。")
        return facts


class FilterForm(forms.Form):
    """The ledger's filters; nonsense in the address filters nothing."""

    text = forms.CharField(label="项目编号或名称", required=False, max_length=40)
    industry = forms.ChoiceField(
        label="面向行业", required=False, choices=lambda: [ANY, *_industries()]
    )
    state = forms.ChoiceField(label="执行状态", required=False, choices=STATES)

    def wanted(self) -> dict[str, str]:
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}
