"""Asking for a change: one small form per kind."""

from datetime import date
from typing import Any

from django import forms

from anlan.classes import queries, timetable
from anlan.classes.forms.timetable import DAY, NO_SUCH_DAY, TrainerField, VenueField
from anlan.classes.models import ChangeKind, HalfDay, Session, TrainingClass
from anlan.courses.models import Mode
from anlan.lib.dates import date_weekday_text
from anlan.resources.models import Venue
from anlan.trainers.models import Trainer


class SessionField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return (
            f"{date_weekday_text(obj.day)}{obj.get_half_display()} · {obj.topic} · "
            f"{obj.trainer.name} · {obj.venue.name if obj.venue else '线上'}"
        )


class ChangeForm(forms.Form):
    """Which half-day, what instead, and why. Only half-days that nobody has signed are offered."""

    session = SessionField(
        Session.objects.none(),
        label="要变更的半天",
        to_field_name="uid",
        empty_label="请选择",
        help_text="已有人签到的半天不能变更，这里不列出。",
    )
    day = forms.DateField(label="改到哪天", widget=DAY, error_messages=NO_SUCH_DAY)
    half = forms.ChoiceField(label="半天", choices=HalfDay.choices)
    trainer = TrainerField(
        Trainer.objects.none(), label="新讲师", to_field_name="uid", empty_label="请选择讲师"
    )
    venue = VenueField(
        Venue.objects.none(), label="新场地", to_field_name="uid", empty_label="请选择场地"
    )
    reason = forms.CharField(
        label="理由",
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
        help_text="审批人、企业和学员都会看到。",
    )

    def __init__(
        self, *args: Any, klass: TrainingClass, kind: ChangeKind, today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        for name in set(self.fields) - _ASKED[kind] - {"reason"}:
            del self.fields[name]
        self._offer("session", _changeable(klass, kind))
        self._offer("trainer", timetable.trainers_for(klass).filter(qualified_until__gte=today))
        self._offer("venue", timetable.venues_for(klass))

    def _offer(self, name: str, rows: Any) -> None:
        field = self.fields.get(name)
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = rows

    def after(self) -> dict[str, str]:
        """What was asked, as `ChangeRequest.after` keeps it."""
        found = self.cleaned_data
        match self.kind:
            case ChangeKind.RESCHEDULE:
                return {"day": found["day"].isoformat(), "half": found["half"]}
            case ChangeKind.TRAINER:
                return {"trainer": str(found["trainer"].uid)}
            case ChangeKind.VENUE:
                return {"venue": str(found["venue"].uid)}
            case _:
                return {}


_ASKED = {
    ChangeKind.RESCHEDULE: {"session", "day", "half"},
    ChangeKind.TRAINER: {"session", "trainer"},
    ChangeKind.VENUE: {"session", "venue"},
    ChangeKind.CANCEL: set(),
}


def _changeable(klass: TrainingClass, kind: ChangeKind) -> Any:
    rows = queries.sessions_of(klass).filter(register__marks__isnull=True)
    return rows.filter(mode=Mode.OFFLINE) if kind == ChangeKind.VENUE else rows
