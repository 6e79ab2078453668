"""A question of the coding queue as a screen shows it: what happened, what may be chosen, keys."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.urls import reverse

from anlan.foundation.accounts.models import User
from anlan.foundation.codes import lists
from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import Code, System
from anlan.foundation.ui.formats import cn_date
from anlan.foundation.ui.parts import Step
from anlan.injuries.models import Case, CodeSuggestion, Severity, Target, Why
from anlan.injuries.queries import recoding, reviewing
from anlan.injuries.sheets import type_name
from anlan.injuries.targets import allowed, old_type, system_of, word_of

MOST_BUTTONS = 9  # one key each


@dataclass(frozen=True)
class Option:
    """A button. `share` is the coder's probability, 0 where it has said none."""

    key: int
    code: str
    name: str
    note: str = ""
    share: float = 0.0

    @property
    def share_words(self) -> str:
        """Never 100 %: a model is not certain of anything."""
        if not self.share:
            return ""
        return "不到 1%" if self.share < 0.01 else f"{min(self.share, 0.99):.0%}"


@dataclass(frozen=True)
class Asked:
    """One question with everything that its page needs; `others` is the rest of the list."""

    case: Case
    title: str
    options: Sequence[Option]
    decide_url: str
    skip_url: str
    others: Sequence[Code] = ()
    steps: Sequence[Step] = ()
    note: str = ""
    facts: Sequence[tuple[str, object]] = field(default_factory=list)


@dataclass(frozen=True)
class Progress:
    """What was done today, what is left (counted up to a bound), and what one key takes back."""

    done: int
    left: int
    more: bool
    undo_url: str
    last: str = ""

    @property
    def all(self) -> int:
        return max(1, self.done + self.left)


def asked(question: CodeSuggestion) -> Asked:
    """A question about one target of a case."""
    case, target = question.case, question.target
    system = system_of(target, case.injured_on)
    shares = dict(zip(question.labels, question.probabilities, strict=True))
    found = [
        Option(at, label, word_of(system, label), share=shares.get(label, 0.0))
        for at, label in enumerate(question.labels[:MOST_BUTTONS], start=1)
    ]
    may = allowed(target, case.injured_on, question.former)
    narrow = bool(question.former) and old_type(question.former, case.injured_on)
    return Asked(
        case=case,
        title=f"{Target(target).label}是哪一项",
        options=found,
        others=() if narrow else may,
        steps=_steps(case, target),
        note=_note(question),
        facts=facts(case),
        decide_url=reverse("injuries:coding_decide", args=[question.uid]),
        skip_url=reverse("injuries:coding_skip", args=[question.uid]),
    )


def asked_to_recode(case: Case) -> Asked:
    """Which of its counterparts a case of a split type is."""
    notes = {
        crossing.new.code: crossing.note
        for crossing in lists.crosswalk()
        if crossing.old.code == case.type_code
    }
    ways = lists.counterparts(case.type_code)
    return Asked(
        case=case,
        title=f"原类别「{word_of(System.GB_6441_1986, case.type_code)}」，按新标准是哪一类",
        options=[
            Option(at, code.code, code.name, notes[code.code])
            for at, code in enumerate(ways, start=1)
        ],
        facts=facts(case),
        decide_url=reverse("injuries:recoding_decide", args=[case.uid]),
        skip_url=reverse("injuries:recoding_skip", args=[case.uid]),
    )


def progress(user: User, at: datetime) -> Progress:
    left = reviewing.waiting_count(user)
    last = reviewing.last_review(user, at)
    words = ""
    if last is not None:
        one = last.suggestion
        system = system_of(one.target, one.case.injured_on)
        words = f"{one.get_target_display()}：{word_of(system, last.code)}"
    done, undo = reviewing.done_today(user, at), reverse("injuries:coding_undo")
    return Progress(done, left, left >= reviewing.MOST_COUNTED, undo, words)


def recoding_progress(user: User, at: datetime, left: int) -> Progress:
    last = recoding.last_recoding(user, at)
    words = word_of(System.GB_6441_2025, last.code) if last is not None else ""
    done, undo = recoding.recoded_today(user, at), reverse("injuries:recoding_undo")
    return Progress(done, left, left >= reviewing.MOST_COUNTED, undo, words)


def facts(case: Case) -> list[tuple[str, object]]:
    """What helps to decide beside the narrative; no names of people."""
    hour = "" if case.injured_hour is None else f" {case.injured_hour} 时"
    said = [
        ("受伤日期", f"{cn_date(case.injured_on)}{hour}"),
        ("用人单位", case.employer_name),
        ("地点", case.place),
        ("行业", codes.code_name(System.GB_T_4754, case.industry)),
        ("工种", case.trade),
        ("伤害程度", "" if case.severity == Severity.UNKNOWN else case.get_severity_display()),
    ]
    return [(label, value) for label, value in said if value]


def _steps(case: Case, now: str) -> list[Step]:
    made = []
    for target in Target:
        code = getattr(case, target)
        system = system_of(target, case.injured_on)
        if target == now:
            made.append(Step(str(target.label), "now"))
        elif code:
            name = type_name(case) if target == Target.TYPE else word_of(system, code)
            made.append(Step(str(target.label), "done", note=name))
        else:
            made.append(Step(str(target.label)))
    return made


def _note(question: CodeSuggestion) -> str:
    """Why a person is asked, where it helps; whether it is a sample is not said, so that samples
    are decided like all others."""
    if question.why == Why.OLD_LIST:
        return f"原编码「{word_of(System.GB_6441_1986, question.former)}」属于旧标准，请选新类别。"
    if question.why == Why.NO_CODER:
        return "还没有启用的模型，请从列表里选。"
    if question.why == Why.TAKEN_BACK:
        return "机器编码曾被退回，请重新判断。"
    return ""
