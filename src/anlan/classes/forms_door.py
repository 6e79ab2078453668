"""Text in, clean values out: what is decided at the screen, leave and hours made up."""

from collections.abc import Iterable
from typing import Any

from django import forms

from anlan.attendance.models import MarkKind
from anlan.classes.cards import LONGEST
from anlan.classes.forms_live import PlainForm
from anlan.classes.models import Session

ONLINE = "online"


class CheckForm(PlainForm):
    """Which sign, whether it stands, and why."""

    mark = forms.IntegerField()
    decision = forms.ChoiceField(choices=[("keep", "保留"), ("strike", "划除")])
    reason = forms.CharField(label="说明", max_length=200, required=False)


class CardForm(PlainForm):
    """What the reader typed, and whether people come or go."""

    kind = forms.ChoiceField(
        label="登记", choices=MarkKind.choices, widget=forms.RadioSelect, initial=MarkKind.IN
    )
    card = forms.CharField(
        label="身份证号",
        max_length=LONGEST,
        error_messages={"required": "没有读到身份证号，请再刷一次。"},
    )


class DeskLoginForm(PlainForm):
    """Who stands before the screen, as on the ID card."""

    name = forms.CharField(label="姓名", max_length=64)
    last_four = forms.RegexField(
        r"^[0-9]{3}[0-9Xx]$",
        label="身份证号后四位",
        max_length=4,
        strip=True,
        error_messages={"invalid": "请填身份证号的最后四位，末位可能是 X。"},
    )


class PlaceForm(PlainForm):
    """Degrees, as the browser gives them."""

    latitude = forms.FloatField(min_value=-90, max_value=90)
    longitude = forms.FloatField(min_value=-180, max_value=180)


class LeaveForm(PlainForm):
    """Why somebody can't come."""

    reason = forms.CharField(
        label="请假原因", max_length=200, help_text="例如：当天上夜班；家人住院。"
    )


class LeaveDecisionForm(PlainForm):
    """Yes or no; a no has a reason."""

    decision = forms.ChoiceField(choices=[("grant", "准假"), ("refuse", "不准")])
    reason = forms.CharField(label="理由", max_length=200, required=False)


class HoursForm(PlainForm):
    """Where a missed half-day is made up, and why it was missed."""

    where = forms.ChoiceField(label="在哪里补", choices=())
    reason = forms.CharField(label="原因", max_length=200)

    def __init__(self, *args: Any, hosts: Iterable[Session], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hosts = {str(one.uid): one for one in hosts}
        field = self.fields["where"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*((uid, uid) for uid in self.hosts), (ONLINE, "线上课")]

    def host(self) -> Session | None:
        """The chosen half-day; none for online lessons."""
        return self.hosts.get(self.require()["where"])
