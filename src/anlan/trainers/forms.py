"""Text in, clean values out: a new trainer, the reason of an exit, the ledger's filters."""

from typing import Any

from django import forms

from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.organizations.models import Organization
from anlan.trainers.models import TrainerStatus

ANY = ("", "全部")


def _industries() -> list[tuple[str, str]]:
    return codes.choices(System.KEY_INDUSTRY)


class TrainerForm(forms.Form):
    """A trainer of one of the user's own providers; with only one there is nothing to choose."""

    provider = forms.ChoiceField(label="所属机构")
    name = forms.CharField(label="姓名", max_length=64)
    qualified_until = forms.DateField(
        label="资格有效期至",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "日期看不懂，请写成 2026-11-23 这样。"},
        help_text="课程日期晚于这一天时，不能安排这位讲师。",
    )
    qualification = forms.CharField(
        label="资格",
        max_length=120,
        help_text="证书名称和编号，例如：注册安全工程师（化工安全）。",
    )
    industries = forms.MultipleChoiceField(
        label="可授课行业",
        choices=_industries,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选一个行业。"},
    )

    def __init__(self, *args: Any, providers: list[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = self.fields["provider"]
        assert isinstance(own, forms.ChoiceField)
        own.choices = [(str(one.uid), one.name) for one in providers]
        if len(providers) == 1:
            own.initial = str(providers[0].uid)
            own.widget = forms.HiddenInput()


class RetireForm(forms.Form):
    """Why a trainer teaches no more."""

    reason = forms.CharField(
        label="退出原因",
        max_length=200,
        help_text="例如：离职、资格到期未换证、评价持续偏低。",
    )


class FilterForm(forms.Form):
    """The ledger's filters; nonsense in the address filters nothing."""

    text = forms.CharField(label="姓名或机构", required=False, max_length=40)
    industry = forms.ChoiceField(
        label="可授课行业", required=False, choices=lambda: [ANY, *_industries()]
    )
    status = forms.ChoiceField(label="状态", required=False, choices=[ANY, *TrainerStatus.choices])

    def wanted(self) -> dict[str, str]:
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}
