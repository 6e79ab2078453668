"""Filters of the ledgers behind the figures."""

from typing import Any

from django import forms

from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.insights.queries import ALL_YEARS, year_label

ALL = ("", "全部")


class FigureFilters(forms.Form):
    """Year, district, industry; what can't be read narrows nothing."""

    year = forms.TypedChoiceField(label="年度", required=False, coerce=int)
    district = forms.ChoiceField(label="区县", required=False)
    industry = forms.ChoiceField(label="重点行业", required=False)

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.newest = years[0]
        self._choices("year", [(str(year), year_label(year)) for year in (*years, ALL_YEARS)])
        places = [(code.code, code.name) for code in codes.districts()]
        self._choices("district", [ALL, *places])
        self._choices("industry", [ALL, *codes.choices(System.KEY_INDUSTRY)])
        self.is_valid()

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def chosen_year(self) -> int:
        year = self.cleaned_data.get("year")
        return year if isinstance(year, int) else self.newest

    def chosen(self, name: str) -> str:
        return str(self.cleaned_data.get(name) or "")


class CoverageFilters(FigureFilters):
    """The same for enterprises, and whether they have sent anybody."""

    trained = forms.ChoiceField(
        label="参训情况",
        required=False,
        choices=[ALL, ("yes", "已参训"), ("no", "未参训")],
    )
