"""Following an enterprise's people through a year: figures, and the list narrowed."""

from collections.abc import Sequence

from django import forms

from anlan.desks.queries import Learner
from anlan.desks.shape import Figure

STANDINGS = [
    ("", "全部"),
    ("passed", "已取得证书"),
    ("open", "尚未取得证书"),
    ("absent", "还没有签到"),
    ("twice", "同一项目重复参训"),
]


class ProgressFilters(forms.Form):
    """By name and by how far they have come."""

    q = forms.CharField(
        label="姓名",
        required=False,
        widget=forms.TextInput({"type": "search", "placeholder": "姓名中的字"}),
    )
    standing = forms.ChoiceField(label="进度", required=False, choices=STANDINGS)
    year = forms.CharField(required=False, widget=forms.HiddenInput)


def figures_of(learners: Sequence[Learner]) -> list[Figure]:
    """People once, attendances as often as they came: the two are told apart."""
    twice = sum(1 for one in learners if one.twice)
    came = [one for one in learners if one.came]
    passed = sum(1 for one in learners if one.passed)
    attendances = sum(one.came for one in learners)
    return [
        Figure("已报名", len(learners), note=f"其中同一项目重复参训 {twice} 人", unit="人"),
        Figure("已到场", len(came), note=f"{attendances:,} 人次（每人每场一次）", unit="人"),
        Figure("已取得证书", passed, note=f"{passed} / {len(learners)} 人", unit="人"),
    ]


def narrowed(learners: Sequence[Learner], by: ProgressFilters) -> list[Learner]:
    """Those who fit the filters; what can't be read narrows nothing."""
    by.is_valid()
    text = (by.cleaned_data.get("q") or "").strip()
    standing = by.cleaned_data.get("standing") or ""
    return [one for one in learners if text in one.person.name and _stands(one, standing)]


def _stands(one: Learner, standing: str) -> bool:
    return {
        "": True,
        "passed": one.passed,
        "open": not one.passed,
        "absent": not one.came,
        "twice": one.twice,
    }[standing]
