"""Whose 认定 are looked at."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from anlan.injuries.models import Source

YEARS_BACK = 10


class LagForm(forms.Form):
    source = forms.ModelChoiceField(
        label="数据来源",
        required=False,
        queryset=Source.objects.none(),
        to_field_name="uid",
        empty_label="本市全部",
    )
    year = forms.TypedChoiceField(
        label="受伤年份", required=False, coerce=int, empty_value=None, choices=[]
    )

    def __init__(
        self, sources: QuerySet[Source], this_year: int, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = sources  # type: ignore[attr-defined]
        if not sources:
            del self.fields["source"]
        years = range(this_year, this_year - YEARS_BACK, -1)
        self.fields["year"].choices = [("", "全部年份"), *((y, f"{y} 年") for y in years)]  # type: ignore[attr-defined]

    def chosen(self) -> tuple[Source | None, int | None]:
        """What can't be read narrows nothing."""
        self.is_valid()
        return self.cleaned_data.get("source"), self.cleaned_data.get("year")
