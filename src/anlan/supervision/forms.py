"""Text in, clean values out: filters, decisions, answers, the sheets of inspector and caller."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from anlan.classes.forms_live import PlainForm
from anlan.foundation.accounts.models import User
from anlan.foundation.codes import queries as codes
from anlan.supervision.models import CallStatus, DrawMethod, Severity, TicketKind, TicketStatus
from anlan.supervision.scripts import Script
from anlan.supervision.services.tickets import ANSWER_MAX, FILES_MAX, QUESTION_MAX

ALL = ("", "全部")
ANSWER_ENDINGS = (".pdf", ".jpg", ".jpeg", ".png", ".webp", ".docx", ".xlsx", ".doc", ".xls")
ANSWER_MB = 20
STATES = [("unfinished", "未结案"), ("undecided", "待核实"), *TicketStatus.choices]


def _choose(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class TicketFilters(forms.Form):
    """The ticket ledger's filters; what can't be read narrows nothing."""

    q = forms.CharField(
        label="班号、班名、机构",
        required=False,
        widget=forms.TextInput({"type": "search", "placeholder": "至少两个字"}),
    )
    state = forms.ChoiceField(label="状态", required=False, choices=[ALL, *STATES])
    kind = forms.ChoiceField(
        required=False, choices=[ALL, *TicketKind.choices], widget=forms.HiddenInput
    )
    severity = forms.ChoiceField(label="等级", required=False, choices=[ALL, *Severity.choices])
    district = forms.ChoiceField(label="区县", required=False)
    mine = forms.BooleanField(label="只看我的", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "district", [ALL, *((c.code, c.name) for c in codes.districts())])

    def wanted(self, user: User) -> dict[str, Any]:
        """By the names of `queries.narrowed`."""
        self.is_valid()
        found = {name: value for name, value in self.cleaned_data.items() if value}
        if found.pop("mine", False):
            found["assignee"] = user
        if "q" in found:
            found["text"] = found.pop("q")
        return found


class CallFilters(forms.Form):
    """Which call-backs."""

    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[("", "待打的"), ("all", "全部"), *CallStatus.choices],
    )

    def chosen(self) -> str:
        self.is_valid()
        return str(self.cleaned_data.get("state") or "")


class PersonForm(PlainForm):
    """Whom something is given to, by `uid`."""

    to = forms.ChoiceField(label="指派给")

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(one.uid): one for one in people}
        _choose(self, "to", [("", "请选择"), *((k, one.name) for k, one in self.people.items())])

    def person(self) -> User:
        return self.people[self.require()["to"]]


class QuestionForm(PlainForm):
    """What the provider is to explain."""

    question = forms.CharField(
        label="需要说明的问题", max_length=QUESTION_MAX, widget=forms.Textarea({"rows": 3})
    )


class ConclusionForm(PlainForm):
    """Why, and for what is borne out what is to be put right."""

    reason = forms.CharField(
        label="依据", max_length=QUESTION_MAX, widget=forms.Textarea({"rows": 3})
    )
    order = forms.CharField(
        label="整改要求",
        required=False,
        max_length=QUESTION_MAX,
        widget=forms.Textarea({"rows": 2}),
    )


class ManyFilesInput(forms.FileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Any number of files; none when none was chosen."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[bytes]]":
        chosen = data if isinstance(data, list | tuple) else [data]
        return [super(ManyFilesField, self).clean(one, initial) for one in chosen if one]


class AnswerForm(PlainForm):
    """The provider's answer."""

    text = forms.CharField(
        label="情况说明",
        max_length=ANSWER_MAX,
        widget=forms.Textarea({"rows": 6}),
        help_text="写清当时的情况、原因和可以核对的依据。提交后不能修改。",
    )
    attached = ManyFilesField(
        label="佐证材料",
        required=False,
        help_text=f"照片、PDF 或表格，最多 {FILES_MAX} 个，每个不超过 {ANSWER_MB} MB。",
        widget=ManyFilesInput({"accept": ",".join(ANSWER_ENDINGS), "multiple": True}),
    )


class DrawForm(PlainForm):
    """Which week, how many, by what chance."""

    monday = forms.DateField(
        label="周一", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    method = forms.ChoiceField(label="方式", choices=DrawMethod.choices)
    count = forms.IntegerField(label="抽取班数", min_value=1, max_value=200)

    @staticmethod
    def next_monday(today: date) -> date:
        return today + timedelta(days=7 - today.weekday())


class ScriptForm(PlainForm):
    """Questions of a script as groups of choices."""

    def __init__(self, *args: Any, script: Script, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.script = script
        own = list(self.fields.items())
        self.fields.clear()
        for one in script.questions:
            self.fields[f"q_{one.key}"] = forms.ChoiceField(
                label=one.text,
                choices=list(one.answers.items()),
                widget=forms.RadioSelect,
                required=False,
            )
        self.fields.update(own)

    @property
    def asked(self) -> list[forms.BoundField]:
        return [self[f"q_{one.key}"] for one in self.script.questions]

    def answers(self) -> dict[str, str]:
        """Question key → answer key, of what was chosen."""
        clean = self.cleaned_data
        found = {one.key: str(clean.get(f"q_{one.key}", "")) for one in self.script.questions}
        return {key: value for key, value in found.items() if value}


class CheckForm(ScriptForm):
    """The inspector's sheet."""

    counted = forms.IntegerField(label="现场清点人数", min_value=0, max_value=2000)
    photo = forms.FileField(
        label="现场照片（拍到全场）",
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )
    remark = forms.CharField(
        label="说明",
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text="看到的情况，不写推测。",
    )


class ReasonForm(PlainForm):
    reason = forms.CharField(label="原因", max_length=300)


class CallForm(ScriptForm):
    """The caller's sheet."""

    status = forms.ChoiceField(
        label="结果",
        choices=[c for c in CallStatus.choices if c[0] != CallStatus.WAITING],
        widget=forms.RadioSelect,
    )
    remark = forms.CharField(
        label="备注", required=False, max_length=300, widget=forms.Textarea({"rows": 2})
    )
