"""One half-day, and the quick fill."""

from datetime import date
from typing import Any

from django import forms

from anlan.classes import timetable
from anlan.classes.models import HalfDay, Session, TrainingClass
from anlan.classes.services.applications import Slot
from anlan.courses.models import Mode, Module
from anlan.resources.models import Venue
from anlan.trainers.models import Trainer

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
NO_SUCH_DAY = {"invalid": "日期看不懂，请写成 2026-12-01 这样。"}


class ModuleField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Names each module with the hours that are still to be placed."""

    left: dict[int, int]

    def label_from_instance(self, obj: Any) -> str:
        left = self.left.get(obj.pk, 0)
        return f"{obj.title}（{f'还差 {left} 学时' if left else '已排满'}）"


class VenueField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.area_m2:.0f} ㎡）"


class TrainerField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（资格至 {obj.qualified_until:%Y-%m-%d}）"


class SlotForm(forms.Form):
    """One half-day of the timetable."""

    day = forms.DateField(label="日期", widget=DAY, error_messages=NO_SUCH_DAY)
    half = forms.ChoiceField(label="半天", choices=HalfDay.choices)
    module = ModuleField(Module.objects.none(), label="模块", to_field_name="key", empty_label=None)
    topic = forms.CharField(
        label="课题", max_length=100, required=False, help_text="留空时用模块名称。"
    )
    mode = forms.ChoiceField(label="方式", choices=Mode.choices)
    trainer = TrainerField(
        Trainer.objects.none(), label="讲师", to_field_name="uid", empty_label="请选择讲师"
    )
    venue = VenueField(
        Venue.objects.none(),
        label="场地",
        to_field_name="uid",
        required=False,
        empty_label="线上，不用场地",
    )

    def __init__(
        self, *args: Any, klass: TrainingClass, loads: list[timetable.Load], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        module, trainer, venue = (self.fields[name] for name in ("module", "trainer", "venue"))
        assert isinstance(module, ModuleField)
        assert isinstance(trainer, TrainerField)
        assert isinstance(venue, VenueField)
        module.left = {load.module.pk: load.left for load in loads}
        module.queryset = klass.syllabus.modules.order_by("places__order")
        trainer.queryset = timetable.trainers_for(klass)
        venue.queryset = timetable.venues_for(klass)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if found.get("mode") == Mode.OFFLINE and not found.get("venue") and "venue" in found:
            self.add_error("venue", "线下课须选择场地；网上授课请把方式改为线上。")
        return found

    def slot(self) -> Slot:
        """The half-day that was typed, of a valid form."""
        found = self.cleaned_data
        return Slot(
            day=found["day"],
            half=HalfDay(found["half"]),
            module=found["module"],
            trainer=found["trainer"],
            venue=found["venue"],
            topic=found["topic"],
            mode=Mode(found["mode"]),
        )


class FillForm(forms.Form):
    """按大纲排: from a day on, with one trainer and one room."""

    prefix = "fill"

    since = forms.DateField(label="从哪天开始", widget=DAY, error_messages=NO_SUCH_DAY)
    trainer = TrainerField(
        Trainer.objects.none(), label="默认讲师", to_field_name="uid", empty_label="请选择讲师"
    )
    venue = VenueField(
        Venue.objects.none(),
        label="默认场地",
        to_field_name="uid",
        required=False,
        empty_label="全部线上，不用场地",
    )

    def __init__(self, *args: Any, klass: TrainingClass, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        trainer, venue = self.fields["trainer"], self.fields["venue"]
        assert isinstance(trainer, TrainerField)
        assert isinstance(venue, VenueField)
        trainer.queryset = timetable.trainers_for(klass)
        venue.queryset = timetable.venues_for(klass)


def initial_slot(
    sessions: list[Session], loads: list[timetable.Load], day: date, half: HalfDay
) -> dict[str, object]:
    """What the half-day's form shows: what stands there, else the next thing to place."""
    there = next((s for s in sessions if (s.day, s.half) == (day, half)), None)
    if there:
        return {
            "day": there.day,
            "half": there.half,
            "module": there.module.key,
            "topic": "" if there.topic == there.module.title else there.topic,
            "mode": there.mode,
            "trainer": there.trainer.uid,
            "venue": there.venue.uid if there.venue else "",
        }
    wanted = next((load.module for load in loads if load.left), None)
    last = sessions[-1] if sessions else None
    room = next((s.venue for s in reversed(sessions) if s.venue), None)
    return {
        "day": day,
        "half": half,
        "module": wanted.key if wanted else "",
        "mode": wanted.mode if wanted else Mode.OFFLINE,
        "trainer": last.trainer.uid if last else "",
        "venue": room.uid if room and wanted and wanted.mode == Mode.OFFLINE else "",
    }


def initial_fill(sessions: list[Session], since: date) -> dict[str, object]:
    """The quick fill begins with the trainer and room that were used last."""
    room = next((s.venue for s in reversed(sessions) if s.venue), None)
    return {
        "since": since,
        "trainer": sessions[-1].trainer.uid if sessions else "",
        "venue": room.uid if room else "",
    }
