"""Filters of the ledger, and the steps of 认定 and 鉴定."""

from typing import Any

from django import forms

from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.injuries.models import Circumstance, RecognitionOutcome, Severity
from anlan.injuries.queries.cases import Filters

ANY = ("", "全部")


def _types() -> list[tuple[str, str]]:
    """Types of both lists, each with its list: their numbers mean different things."""
    new, old = System.GB_6441_2025, System.GB_6441_1986
    return [
        ANY,
        *[(f"{new}@{code}", name) for code, name in codes.choices(new)],
        *[(f"{old}@{code}", f"{name}（1986 版）") for code, name in codes.choices(old)],
    ]


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class FilterForm(forms.Form):
    """The ledger's filters; nonsense in the address filters nothing."""

    district = forms.ChoiceField(
        label="区县",
        required=False,
        choices=lambda: [ANY, *[(c.code, c.name) for c in codes.districts()]],
    )
    key_industry = forms.ChoiceField(
        label="重点行业", required=False, choices=lambda: [ANY, *codes.choices(System.KEY_INDUSTRY)]
    )
    type_code = forms.ChoiceField(label="事故类别", required=False, choices=_types)
    severity = forms.ChoiceField(label="伤害程度", required=False, choices=[ANY, *Severity.choices])
    circumstance = forms.ChoiceField(
        label="受伤情形", required=False, choices=[ANY, *Circumstance.choices]
    )
    since = _day("受伤日期起")
    until = _day("受伤日期止")

    def filters(self) -> Filters:
        self.is_valid()
        clean = self.cleaned_data
        words = ("district", "key_industry", "type_code", "severity", "circumstance")
        return Filters(
            **{name: clean.get(name, "") for name in words},
            since=clean.get("since"),
            until=clean.get("until"),
        )


class StepForm(forms.Form):
    """One step of a 认定 or 鉴定: its day, and what this step asks beside."""

    on = forms.DateField(
        label="日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def facts(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class ApplyForm(StepForm):
    by_employer = forms.TypedChoiceField(
        label="申请人",
        choices=[("yes", "用人单位"), ("no", "职工或近亲属、工会")],
        coerce=lambda said: said == "yes",
    )


class DeclineForm(StepForm):
    clause = forms.CharField(label="理由", max_length=60, help_text="如：超过一年申请时限")


class AcceptForm(StepForm):
    clear = forms.BooleanField(label="事实清楚、权利义务明确（15 日内决定）", required=False)


class SuspendForm(StepForm):
    reason = forms.CharField(label="中止原因", max_length=200)


class DecideForm(StepForm):
    outcome = forms.ChoiceField(label="结论", choices=[("", "请选择"), *RecognitionOutcome.choices])
    clause = forms.CharField(
        label="依据条款", max_length=60, required=False, help_text="如：条例第十四条（一）"
    )


class GradeForm(StepForm):
    grade = forms.TypedChoiceField(
        label="伤残等级",
        choices=lambda: [
            ("", "请选择"),
            *[(str(n), f"{sign}级") for n, sign in enumerate("一二三四五六七八九十", start=1)],
            ("0", "未达级"),
        ],
        coerce=int,
    )
