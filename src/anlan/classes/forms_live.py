"""Text in, clean values out, at the door, in the exam and on the learner's phone.

The door's forms answer a mistake in one sentence beside the form, which keeps what was typed.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms

from anlan.assessments.models import Checklist
from anlan.attendance.models import MarkKind
from anlan.attendance.services import SHEET_ENDINGS
from anlan.classes.models import Enrolment
from anlan.classes.services.arrivals import Newcomer, employer_by_code
from anlan.classes.services.filing import ATTACHMENT_ENDINGS
from anlan.foundation.ui.controls import errors
from anlan.lib.refusals import BadInput
from anlan.organizations.models import Organization
from anlan.recordings.models import Source
from anlan.recordings.services import VIDEO_ENDINGS

PHOTO_ENDINGS = (".jpg", ".jpeg", ".png", ".webp")
PHOTO_MB = 10
ELSEWHERE = "elsewhere"


class PlainForm(forms.Form):
    """A form whose mistakes are said as one refusal."""

    def require(self) -> dict[str, Any]:
        """The clean values, or `BadInput` with what to mend."""
        if self.is_valid():
            return self.cleaned_data
        said = [text for bound in self for text in errors(bound)]
        said += [str(text) for text in self.non_field_errors()]
        raise BadInput(" ".join(said), "已填写的内容都还在，改好后再点一次。")


class EnrolmentChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A learner by full name and employer: the class's own staff choose."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.person.name}（{obj.organization.name}）"


def _learners(people: Iterable[Enrolment]) -> Any:
    found = Enrolment.objects.filter(pk__in=[one.pk for one in people])
    return found.select_related("person", "organization").order_by("pk")


class SignForForm(PlainForm):
    """代签: for whom, in or out, why, and a photo where one was taken."""

    enrolment = EnrolmentChoice(
        label="学员", queryset=Enrolment.objects.none(), to_field_name="uid", empty_label="请选择"
    )
    kind = forms.ChoiceField(
        label="登记", choices=MarkKind.choices, widget=forms.RadioSelect, initial=MarkKind.IN
    )
    reason = forms.CharField(
        label="原因", max_length=200, help_text="例如：手机没电；没有智能手机。"
    )
    photo = forms.FileField(
        label="现场照片",
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )

    def __init__(self, *args: Any, people: Iterable[Enrolment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "enrolment", _learners(people))


class NewcomerForm(PlainForm):
    """Somebody at the door, as on the ID card."""

    name = forms.CharField(label="姓名", max_length=64)
    id_number = forms.CharField(label="身份证号", max_length=24)
    phone = forms.CharField(
        label="手机号", max_length=20, required=False, help_text="本人扫码登录、收考试通知要用。"
    )

    def newcomer(self) -> Newcomer:
        read = self.require()
        return Newcomer(read["name"], read["id_number"], read["phone"])


class WalkInForm(NewcomerForm):
    """现场报名: an enterprise of the class, or any other by its code."""

    organization = forms.ChoiceField(label="所在企业")
    uscc = forms.CharField(
        label="统一社会信用代码",
        required=False,
        max_length=24,
        help_text="上面没有这家企业时填写，18 位。",
    )

    def __init__(self, *args: Any, employers: Iterable[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {str(one.uid): one for one in sorted(employers, key=lambda o: o.name)}
        named = [(uid, one.name) for uid, one in self.known.items()]
        field = self.fields["organization"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "请选择"), *named, (ELSEWHERE, "其他企业（填信用代码）")]

    def employer(self) -> Organization:
        """The chosen enterprise, or the one under the typed code."""
        read = self.require()
        if read["organization"] != ELSEWHERE:
            return self.known[read["organization"]]
        if not read["uscc"]:
            raise BadInput("还没有填写企业的统一社会信用代码。", "请对照营业执照填写 18 位代码。")
        return employer_by_code(read["uscc"])


class SubstituteForm(NewcomerForm):
    """换人: whose place, who comes, why."""

    enrolment = EnrolmentChoice(
        label="不来的学员",
        queryset=Enrolment.objects.none(),
        to_field_name="uid",
        empty_label="请选择",
    )
    reason = forms.CharField(label="理由", max_length=200, help_text="例如：原学员临时倒班。")
    field_order = ("enrolment", "name", "id_number", "phone", "reason")

    def __init__(self, *args: Any, people: Iterable[Enrolment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "enrolment", _learners(people))


class SheetForm(PlainForm):
    """The scan of a signed sheet."""

    file = forms.FileField(
        label="签到表扫描件",
        help_text="pdf、jpg 或 png，不超过 20 MB。",
        widget=forms.FileInput(attrs={"accept": ",".join(SHEET_ENDINGS)}),
    )


class RecordingForm(PlainForm):
    """A video and the time that it shows, on the day of its session.

    Where scripts run, the video came before in pieces and `upload` names it; the plain file is the
    way without.
    """

    file = forms.FileField(
        label="录像文件",
        help_text="mp4、webm、mov 或 mkv，不限时长。断网或关掉页面后，重新选同一个文件会接着传。",
        widget=forms.FileInput(attrs={"accept": ",".join(VIDEO_ENDINGS)}),
    )
    upload = forms.UUIDField(required=False, widget=forms.HiddenInput)
    since = forms.TimeField(label="从", widget=forms.TimeInput(attrs={"type": "time"}))
    until = forms.TimeField(label="到", widget=forms.TimeInput(attrs={"type": "time"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.data.get("upload"):
            self.fields["file"].required = False


class GoLiveForm(PlainForm):
    """Where the pictures of a live recording come from."""

    source = forms.ChoiceField(choices=Source.choices)
    address = forms.CharField(required=False, max_length=500)


class CameraForm(PlainForm):
    """A network camera; whoever films otherwise never sees it."""

    address = forms.CharField(
        label="摄像头地址",
        max_length=500,
        help_text="以 rtsp:// 开头，可含用户名和密码；加密保存，页面上不再显示密码。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "rtsp://"}),
    )


class StillForm(PlainForm):
    """Which second of a film, and what stands under the picture."""

    second = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    caption = forms.CharField(label="图片说明", max_length=120)


class LookedAtForm(PlainForm):
    """Somebody has looked at the picture."""

    looked = forms.BooleanField(
        label="我已逐一看过，画面中没有能认出的人脸，也没有姓名、证件等个人信息",
        error_messages={"required": "请先逐一查看画面，再勾选确认。"},
    )


class AttachmentForm(PlainForm):
    """Another document of the class."""

    title = forms.CharField(
        label="这是什么", max_length=100, help_text="例如：开班通知、场地照片。"
    )
    file = forms.FileField(
        label="文件",
        help_text="pdf、图片、Word、Excel 或 zip，不超过 25 MB。",
        widget=forms.FileInput(attrs={"accept": ",".join(ATTACHMENT_ENDINGS)}),
    )


class MomentField(forms.DateTimeField):
    """A moment as the browser's own control writes it."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, input_formats=["%Y-%m-%dT%H:%M"], **kwargs)


class ExamForm(PlainForm):
    """The final exam's window and its practical checklist."""

    opens_at = MomentField(label="理论考试开放")
    closes_at = MomentField(label="截止")
    checklist = forms.ModelChoiceField(
        label="实操评分表", queryset=Checklist.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, lists: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "checklist", lists)


class MakeUpForm(PlainForm):
    """Who tries again, when and where."""

    people = forms.ModelMultipleChoiceField(
        label="补考学员",
        queryset=Enrolment.objects.none(),
        to_field_name="uid",
        error_messages={"required": "还没有选择补考的学员。"},
    )
    scheduled_at = MomentField(label="补考时间")
    place = forms.CharField(label="补考地点", max_length=200)

    def __init__(self, *args: Any, people: Iterable[Enrolment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "people", _learners(people))


class ReasonForm(PlainForm):
    reason = forms.CharField(label="理由", max_length=200)


RATINGS = [(5, "非常好"), (4, "好"), (3, "一般"), (2, "差"), (1, "很差")]


class SurveyForm(forms.Form):
    """Four questions and a few words."""

    useful = forms.TypedChoiceField(label="课程对我的工作有用", choices=RATINGS, coerce=int)
    clear = forms.TypedChoiceField(label="讲师讲得清楚", choices=RATINGS, coerce=int)
    place = forms.TypedChoiceField(label="场地和设备合适", choices=RATINGS, coerce=int)
    recommend = forms.TypedChoiceField(label="愿意推荐给同事", choices=RATINGS, coerce=int)
    words = forms.CharField(
        label="想说的话", required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("useful", "clear", "place", "recommend"):
            self.fields[name].widget = forms.RadioSelect(choices=RATINGS)

    def questions(self) -> list[forms.BoundField]:
        return [self[name] for name in ("useful", "clear", "place", "recommend")]


class PaperRow(forms.Form):
    """One line of the signed sheet: came or not, from when until when."""

    came = forms.BooleanField(required=False)
    arrived = forms.TimeField(required=False)
    left = forms.TimeField(required=False)


def moment_input(at: datetime) -> str:
    """A moment as `datetime-local` wants it."""
    return at.strftime("%Y-%m-%dT%H:%M")


def _offer(form: forms.Form, name: str, rows: Any) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = rows
