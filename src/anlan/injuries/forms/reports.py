"""快报 on a phone: when, where, who, what, how bad, photos."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms

from anlan.identity.models import Person
from anlan.injuries.models import Circumstance, Severity
from anlan.injuries.services.reports import MOST_PHOTOS, Told
from anlan.lib.dates import SHANGHAI


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """None, one or several pictures."""

    widget = ManyFiles(attrs={"accept": "image/*", "multiple": True})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if len(files) > MOST_PHOTOS:
            raise forms.ValidationError(f"照片最多 {MOST_PHOTOS} 张，请挑最说明问题的几张。")
        return [super(PhotosField, self).clean(one, initial) for one in files]


class ReportForm(forms.Form):
    """Five questions; who is hurt comes from the roster or is typed."""

    nonce = forms.UUIDField(widget=forms.HiddenInput)
    when = forms.DateTimeField(
        label="什么时候受伤",
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    place = forms.CharField(label="在哪里", max_length=200, help_text="如：二车间 3 号冲床")
    person = forms.ChoiceField(label="谁受了伤", required=False)
    person_name = forms.CharField(label="花名册里没有，写姓名", required=False, max_length=64)
    narrative = forms.CharField(
        label="发生了什么",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="一两句话：在做什么、怎么伤的、伤在哪里。",
    )
    severity = forms.ChoiceField(
        label="看起来有多重",
        choices=[
            (Severity.MINOR, "轻伤"),
            (Severity.SERIOUS, "重伤"),
            (Severity.DEATH, "死亡"),
            (Severity.UNKNOWN, "说不准"),
        ],
        widget=forms.RadioSelect,
    )
    circumstance = forms.ChoiceField(
        label="受伤情形", choices=Circumstance.choices, initial=Circumstance.WORK
    )
    photos = PhotosField(label="照片", required=False, help_text=f"可不拍；最多 {MOST_PHOTOS} 张。")

    def __init__(self, people: Sequence[tuple[Person, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.uid): person for person, _ in people}
        listed = [
            (str(person.uid), f"{person.name}（{job}）" if job else person.name)
            for person, job in people
        ]
        self.fields["person"].choices = [("", "请选择"), *listed]  # type: ignore[attr-defined]

    @classmethod
    def blank(cls) -> "ReportForm":
        """With nobody's data in it: the roster is not for a phone to keep, so a name is typed."""
        form = cls([], initial={"nonce": ""})
        del form.fields["person"]
        form.fields["person_name"].label = "谁受了伤"
        form.fields["person_name"].required = True
        return form

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        if not clean.get("person") and not clean.get("person_name", "").strip():
            self.add_error("person", "从花名册里选，或在下一格写姓名。")
        return clean

    def told(self) -> Told:
        clean = self.cleaned_data
        when: datetime = clean["when"]
        return Told(
            noticed_at=when if when.tzinfo else when.replace(tzinfo=SHANGHAI),
            place=clean["place"],
            narrative=clean["narrative"],
            severity=clean["severity"],
            person=self.people.get(clean.get("person", "")),
            person_name=clean.get("person_name", ""),
            circumstance=clean["circumstance"],
        )
