"""One item of a draft, its issue, a sheet to import."""

from typing import Any

from django import forms

from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import choices
from anlan.hazards.forms import PlainForm
from anlan.hazards.models import Grade
from anlan.visits.models import MeasureKey
from anlan.visits.services.checklists import Wording


class ItemForm(PlainForm):
    key = forms.SlugField(required=False, max_length=48, widget=forms.HiddenInput)
    section = forms.CharField(label="分组", max_length=20)
    text = forms.CharField(label="检查内容", max_length=120, widget=forms.Textarea({"rows": 2}))
    how = forms.CharField(label="怎么看", max_length=120, required=False)
    clause = forms.CharField(label="依据", max_length=120, required=False)
    risk = forms.ChoiceField(label="可能的伤害")
    grade = forms.ChoiceField(label="不合格时的等级", choices=Grade.choices)
    weight = forms.TypedChoiceField(
        label="权重", coerce=int, choices=[(1, "1"), (2, "2"), (3, "3")], initial=1
    )
    measure = forms.ChoiceField(
        label="计数", required=False, choices=[("", "不计数"), *MeasureKey.choices]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["risk"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "请选择"), *choices(System.GB_6441_2025)]

    def wording(self) -> Wording:
        return Wording(**self.require())


class IssueForm(PlainForm):
    valid_from = forms.DateField(
        label="启用日期", widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    note = forms.CharField(label="修订说明", max_length=300, required=False)


class SheetForm(PlainForm):
    file = forms.FileField(
        label="清单表格（xlsx）", widget=forms.FileInput({"accept": ".xlsx,.xls,.csv"})
    )
