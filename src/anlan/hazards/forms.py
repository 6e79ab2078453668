"""Text in, clean values out: reports, steps of a hazard, filters, the span of the figures."""

import json
import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from anlan.foundation.codes import queries as codes
from anlan.foundation.ui.controls import errors
from anlan.hazards.models import Grade, Status
from anlan.hazards.queries.hazards import MINE, OPEN_ONES, OVERDUE, Filters
from anlan.identity.models import Employment
from anlan.lib.masking import mask_name
from anlan.lib.refusals import WORDS_MAX, BadInput
from anlan.organizations.models import Organization

ALL = ("", "全部")
STATES = [(MINE, "待我办理"), (OPEN_ONES, "未销号"), (OVERDUE, "已超期"), *Status.choices]
CAMERA = {"accept": "image/*", "multiple": True}


def _choose(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class PlainForm(forms.Form):
    """A form whose mistakes are said as one refusal."""

    def require(self) -> dict[str, Any]:
        """The clean values, or `BadInput` with what to mend."""
        if self.is_valid():
            return self.cleaned_data
        said = [text for bound in self for text in errors(bound)]
        said += [str(text) for text in self.non_field_errors()]
        raise BadInput(" ".join(said), "已填写的内容都还在，改好后再点一次。")


class PhotosInput(forms.FileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Any number of photos; none when none was chosen and none is asked for."""

    widget = PhotosInput

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[bytes]]":
        chosen = data if isinstance(data, list | tuple) else [data]
        given = [one for one in chosen if one]
        if not given and self.required:
            raise forms.ValidationError("请至少拍一张照片。", code="photo")
        return [super(PhotosField, self).clean(one, initial) for one in given]


def _photos(label: str, *, required: bool = True) -> PhotosField:
    return PhotosField(label=label, required=required, widget=PhotosInput(CAMERA))


def _words(label: str, *, required: bool = True, rows: int = 3, help_text: str = "") -> Any:
    return forms.CharField(
        label=label,
        required=required,
        max_length=WORDS_MAX,
        widget=forms.Textarea({"rows": rows}),
        help_text=help_text,
    )


class HazardForm(PlainForm):
    """What is told about a hazard, by whomever."""

    photos = _photos("照片")
    place = forms.CharField(
        label="位置",
        max_length=100,
        widget=forms.TextInput({"placeholder": "例如：二车间 3 号反应釜平台"}),
    )
    what = _words("什么隐患", help_text="看到了什么，可能怎样伤到人。")
    risk = forms.ChoiceField(label="可能造成的伤害")
    grade = forms.ChoiceField(label="等级", choices=Grade.choices, initial=Grade.GENERAL)

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = [(one.code, one.name) for one in codes.accident_types(day)]
        _choose(self, "risk", [("", "请选择"), *found])


class ReportForm(HazardForm):
    """The phone's report: `nonce` makes a second sending harmless, `found_at` is its own time."""

    organization = forms.ChoiceField(label="单位")
    nonce = forms.UUIDField(widget=forms.HiddenInput)
    found_at = forms.CharField(required=False, widget=forms.HiddenInput)
    field_order = ("organization", "photos", "place", "what", "risk", "grade")

    def __init__(self, *args: Any, employers: Iterable[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.employers = {str(one.uid): one for one in employers}
        names = [(key, one.name) for key, one in self.employers.items()]
        _choose(self, "organization", names)
        if len(names) == 1:
            self.fields["organization"].widget = forms.HiddenInput()
            self.initial.setdefault("organization", names[0][0])
        self.fields["grade"].widget = forms.RadioSelect(choices=Grade.choices)
        self.initial.setdefault("nonce", uuid.uuid4())

    @classmethod
    def blank(cls, *, day: date) -> "ReportForm":
        """With nobody's data in it: the phone fills in employer and number by itself."""
        return cls(employers=[], day=day, initial={"nonce": ""})

    @property
    def units(self) -> str:
        """JSON of the employers' numbers and names: what the phone remembers for the blank form."""
        return json.dumps([[key, one.name] for key, one in self.employers.items()])

    @property
    def employer(self) -> Organization:
        return self.employers[self.cleaned_data["organization"]]

    def clean_found_at(self) -> datetime | None:
        """An aware moment, or nothing: a device's clock is a claim, no reason to refuse."""
        try:
            moment = datetime.fromisoformat(self.cleaned_data["found_at"].replace("Z", "+00:00"))
        except ValueError:
            return None
        return moment if moment.tzinfo else None


class VisitForm(HazardForm):
    """An official registers what was seen at an employer's."""

    employer = forms.CharField(
        label="单位", max_length=100, help_text="单位全称，或 18 位统一社会信用代码。"
    )
    nonce = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ("employer", "photos", "place", "what", "risk", "grade")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("nonce", uuid.uuid4())


class WorkerChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Somebody on the roster: by full name for the own officer, masked for officials."""

    masked = True

    def label_from_instance(self, obj: Any) -> str:
        name = mask_name(obj.person.name) if self.masked else obj.person.name
        return "，".join(part for part in (name, obj.department, obj.trade) if part)


class AssignForm(PlainForm):
    to = WorkerChoice(
        label="责任人", queryset=Employment.objects.none(), empty_label="请选择在职人员"
    )

    def __init__(self, *args: Any, workers: Any, masked: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, WorkerChoice)
        field.queryset, field.masked = workers, masked
        field.widget.choices = field.choices


class ReassignForm(AssignForm):
    """Who takes the order over, and why."""

    words = _words("原因", rows=2, help_text="例如：原责任人已离职、岗位调整。")


class ProofForm(PlainForm):
    """What was done, with what shows it."""

    words = _words("怎样整改的")
    photos = _photos("整改后的照片")


class SeenForm(PlainForm):
    """What a re-check, a revisit or whoever opens it again saw; photos where they were taken."""

    words = _words("看到的情况", required=False)
    photos = _photos("照片", required=False)
    found = forms.ChoiceField(choices=[("gone", "已消除"), ("still", "仍存在")], required=False)


class LedgerFilters(forms.Form):
    """The ledger's filters; what can't be read narrows nothing."""

    q = forms.CharField(
        label="位置、描述、单位",
        required=False,
        widget=forms.TextInput({"type": "search", "placeholder": "至少两个字"}),
    )
    state = forms.ChoiceField(label="状态", required=False, choices=[ALL, *STATES])
    grade = forms.ChoiceField(label="等级", required=False, choices=[ALL, *Grade.choices])
    risk = forms.ChoiceField(label="伤害类型", required=False)
    district = forms.ChoiceField(label="区县", required=False)

    def __init__(self, *args: Any, day: date, places: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        risks = [(one.code, one.name) for one in codes.accident_types(day)]
        _choose(self, "risk", [ALL, *risks])
        _choose(self, "district", [ALL, *((c.code, c.name) for c in codes.districts())])
        if not places:
            del self.fields["district"]

    def wanted(self) -> Filters:
        self.is_valid()
        clean = self.cleaned_data
        names = ("state", "grade", "district", "risk")
        return Filters(text=clean.get("q", ""), **{n: clean.get(n, "") for n in names})


class SpanForm(forms.Form):
    """From the first to the last day, both counted; this year when nothing is said."""

    since = forms.DateField(
        label="从", required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label="到", required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    grade = forms.ChoiceField(label="等级", required=False, choices=[ALL, *Grade.choices])

    def span(self, today: date) -> tuple[date, date]:
        """First day and the day after the last."""
        self.is_valid()
        first = self.cleaned_data.get("since") or today.replace(month=1, day=1)
        last = self.cleaned_data.get("until") or today
        return first, max(first, last) + timedelta(days=1)

    def of_grade(self) -> str:
        self.is_valid()
        return str(self.cleaned_data.get("grade") or "")
