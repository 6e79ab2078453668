"""The filters of the syllabi."""

from django import forms

from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System

ANY = ("", "全部")


class FilterForm(forms.Form):
    """Industry and role; nonsense in the address filters nothing."""

    industry = forms.ChoiceField(
        label="重点行业",
        required=False,
        choices=lambda: [ANY, *codes.choices(System.KEY_INDUSTRY)],
    )
    role = forms.ChoiceField(
        label="岗位类别",
        required=False,
        choices=lambda: [ANY, *codes.choices(System.OCCUPATION_ROLE)],
    )

    def wanted(self) -> dict[str, str]:
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}
