"""Whose codes a case bears, as its page shows them: a machine's are named as such."""

from dataclasses import dataclass

from django.urls import reverse

from anlan.foundation.ui.formats import cn_datetime
from anlan.injuries.models import Case, CodeSuggestion, SuggestionStatus, Target
from anlan.injuries.queries.coding import case_codings
from anlan.injuries.sheets import type_name
from anlan.injuries.targets import system_of, word_of

_TONES = {
    SuggestionStatus.WAITING: "wait",
    SuggestionStatus.APPLIED: "warn",
    SuggestionStatus.REVIEWED: "ok",
}


@dataclass(frozen=True)
class Coding:
    """One target: the code as a word, who it is from, and the way to take a machine's back."""

    label: str
    name: str
    state: str
    words: str
    tone: str
    detail: str
    take_back_url: str


def codings_of(case: Case, *, may_decide: bool) -> list[Coding]:
    """Targets that a coder or a person was asked about and whose answer still stands."""
    return [_coding(case, one, may_decide) for one in case_codings(case) if _stands(case, one)]


def _stands(case: Case, one: CodeSuggestion) -> bool:
    """A file that came later may have said otherwise; then the code is the file's."""
    code = getattr(case, one.target)
    if one.status == SuggestionStatus.APPLIED:
        return bool(code == one.labels[0])
    return bool(one.status == SuggestionStatus.REVIEWED and code) or code == one.former


def _coding(case: Case, one: CodeSuggestion, may_decide: bool) -> Coding:
    code, machine = getattr(case, one.target), one.status == SuggestionStatus.APPLIED
    system = system_of(one.target, case.injured_on)
    return Coding(
        label=str(Target(one.target).label),
        name=(type_name(case) if one.target == Target.TYPE else word_of(system, code))
        if code
        else "",
        state=one.status,
        words=one.get_status_display(),
        tone=_TONES[SuggestionStatus(one.status)],
        detail=_detail(one),
        take_back_url=reverse("injuries:coding_take_back", args=[one.uid])
        if machine and may_decide
        else "",
    )


def _detail(one: CodeSuggestion) -> str:
    when = cn_datetime(one.decided_at) if one.decided_at else ""
    if one.status == SuggestionStatus.APPLIED and one.version is not None:
        return f"模型第 {one.version.number} 版，把握 {min(one.probabilities[0], 0.99):.0%}，{when}"
    if one.status == SuggestionStatus.REVIEWED:
        return when
    return "" if one.why == "sample" else one.get_why_display()
