"""The class ledger's filters; the address is the saved view."""

from typing import Any

from django import forms

from anlan.classes.models import Status
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import all_codes, districts
from anlan.organizations.models import Organization

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ClassFilters(forms.Form):
    """Everything is optional; what can't be read narrows nothing."""

    q = forms.CharField(
        label="班号、班名、机构",
        required=False,
        widget=forms.TextInput({"type": "search", "placeholder": "至少两个字"}),
    )
    status = forms.ChoiceField(label="状态", required=False)
    district = forms.ChoiceField(label="区县", required=False)
    industry = forms.ChoiceField(label="行业", required=False)
    provider = forms.ChoiceField(label="培训机构", required=False)
    since = forms.DateField(label="上课日期自", required=False, widget=DAY)
    until = forms.DateField(label="至", required=False, widget=DAY)

    def __init__(self, *args: Any, watching: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choices("status", [(str(key), str(name)) for key, name in Status.choices])
        self._choices("district", [(one.code, one.name) for one in districts()])
        industries = all_codes(System.KEY_INDUSTRY)
        self._choices("industry", [(one.code, one.name) for one in industries])
        if watching:
            self._choices("provider", _providers())
        else:
            del self.fields["provider"]

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "全部"), *choices]

    def wanted(self) -> dict[str, Any]:
        """The filters that could be read, by the names of `queries.filtered`."""
        self.is_valid()
        found = {name: value for name, value in self.cleaned_data.items() if value}
        if "q" in found:
            found["text"] = found.pop("q")
        return found


def _providers() -> list[tuple[str, str]]:
    rows = Organization.objects.filter(classes__isnull=False).distinct().order_by("name")
    return [(str(uid), name) for uid, name in rows.values_list("uid", "name")]
