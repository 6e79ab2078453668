"""A person decides a code, takes the choice back, passes it on, or takes back a machine's."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger import services as ledger
from anlan.injuries.models import (
    Case,
    CaseVersion,
    CodeReview,
    CodeSuggestion,
    SuggestionStatus,
    Target,
    Why,
)
from anlan.injuries.queries import reviewing as queries
from anlan.injuries.services.reading import note_read
from anlan.injuries.states import SUGGESTION_STEPS
from anlan.injuries.targets import allowed, system_of, word_of
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.lib.states import advance

# Nobody else is shown a narrative that was handed out this recently.
HELD = timedelta(minutes=5)
TRIES = 5


def take_next(by: User, *, at: datetime) -> CodeSuggestion | None:
    """The next question, held for this person; its narrative counts as read."""
    for _ in range(TRIES):
        question = queries.next_question(by, at)
        if question is None or take(question, by=by, at=at):
            return question
    return None


@transaction.atomic
def take(question: CodeSuggestion, *, by: User, at: datetime) -> bool:
    """Hold the questions of one case; False when somebody else was quicker."""
    free = Q(held_by=None) | Q(held_by=by) | Q(held_until__lt=at)
    rows = CodeSuggestion.objects.filter(free, case=question.case, status=SuggestionStatus.WAITING)
    if not rows.update(held_by=by, held_until=at + HELD):
        return False
    note_read(question.case, by=by, at=at)
    return True


@transaction.atomic
def decide_code(question: CodeSuggestion, code: str, *, by: User, at: datetime) -> CodeReview:
    """The person's choice becomes the case's code. Once: the slower of two is refused."""
    case, target = question.case, question.target
    if code not in {one.code for one in allowed(target, case.injured_on, question.former)}:
        raise BadInput("这个编码不在适用的代码表里。", "请从列表里选一项，当前内容没有改动。")
    advance(
        question,
        SuggestionStatus.REVIEWED,
        SUGGESTION_STEPS,
        for_people=True,
        decided_at=at,
        held_by=None,
        held_until=None,
    )
    _set_code(case, target, since=question.former, to=code, at=at)
    place = question.labels.index(code) + 1 if code in question.labels else 0
    review = CodeReview.objects.create(
        suggestion=question,
        version=question.version,
        offered=question.labels,
        sure=question.sure,
        why=question.why,
        former=question.former,
        code=code,
        place=place,
        among=bool(place),
        by=by,
        at=at,
    )
    _write(question, "code_reviewed", by, at, code=code)
    return review


@transaction.atomic
def undo_review(review: CodeReview, *, by: User, at: datetime) -> CodeSuggestion:
    """The own choice is taken back: the former code stands again, the question is open again."""
    if review.by_id != by.pk:
        raise NotAllowed("只能撤回自己的选择。", "请联系当时复核的同事，或在案件页更正。")
    rows = CodeReview.objects.filter(pk=review.pk, undone_at=None)
    if not rows.update(undone_at=at):
        raise NotAllowed("这一条已经撤回过了。", "请刷新页面查看最新状态。")
    question = review.suggestion
    advance(question, SuggestionStatus.WAITING, SUGGESTION_STEPS, decided_at=None)
    _set_code(question.case, question.target, since=review.code, to=review.former, at=at)
    _write(question, "code_review_undone", by, at, code=review.code)
    return question


@transaction.atomic
def skip_case(question: CodeSuggestion) -> None:
    """The case's questions go to the end of the queue. Nothing is decided, so nothing is written
    into the ledger."""
    rows = CodeSuggestion.objects.filter(case=question.case, status=SuggestionStatus.WAITING)
    rows.update(skips=F("skips") + 1, held_by=None, held_until=None)


@transaction.atomic
def take_back_machine_code(question: CodeSuggestion, *, by: User, at: datetime) -> CodeSuggestion:
    """A code that the machine has set is removed, and the question goes to a person for good."""
    applied = question.labels[0] if question.labels else ""
    advance(
        question,
        SuggestionStatus.WAITING,
        SUGGESTION_STEPS,
        for_people=True,
        why=Why.TAKEN_BACK,
        decided_at=None,
        base_at=None,
    )
    _set_code(question.case, question.target, since=applied, to=question.former, at=at)
    _write(question, "machine_code_taken_back", by, at, code=applied)
    return question


def _set_code(case: Case, target: str, *, since: str, to: str, at: datetime) -> None:
    """One conditional UPDATE; what stood before goes to a version of the case."""
    rows = Case.objects.filter(pk=case.pk, withdrawn_at=None, **{target: since})
    if not rows.update(**{target: to, "changed_at": at}):
        raise NotAllowed("这件案件的编码刚刚有了变动。", "没有改动它，请看下一件。")
    former = {target: since or None}
    CaseVersion.objects.create(
        case=case, values=former, since=case.changed_at, replaced_at=max(at, case.changed_at)
    )
    setattr(case, target, to)
    case.changed_at = at


def _write(question: CodeSuggestion, verb: str, by: User, at: datetime, *, code: str) -> None:
    case = question.case
    system = system_of(question.target, case.injured_on)
    ledger.record(
        case.subject,
        verb,
        by=by,
        at=at,
        target=str(Target(question.target).label),
        system=str(system),
        code=code,
        name=word_of(system, code),
    )
