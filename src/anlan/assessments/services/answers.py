"""Keeping answers, whatever order they come in: the newest `n` wins, late ones are kept apart."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from anlan.assessments.models import EventKind, ItemKind, LateAnswer, Sitting, SittingStatus
from anlan.assessments.queries.shelf import Shelved, shelf
from anlan.assessments.services.events import note_event
from anlan.assessments.services.hands import Hand, Save, lock, refusal_to_go_on
from anlan.assessments.services.outages import make_good
from anlan.foundation.accounts.models import User
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date
from anlan.lib.prepared import update_rows
from anlan.lib.refusals import BadInput, NotAllowed, Refused

MOST_APART = 300  # a paper's questions from a few devices; more is no exam
_OVER = NotAllowed(
    "考试时间已到，这次作答没有保存。", "此前保存的答案有效，系统将按已保存的答案评分。"
)


@dataclass(slots=True)
class Kept:
    """What became of the answers of one hand: taken into the paper, or laid apart."""

    taken: int = 0
    apart: list[Save] = field(default_factory=list)


def save_answer(
    sitting: Sitting, no: int, chosen: Sequence[int], *, by: User | None, at: datetime
) -> Sitting:
    """Keep the answer to question `no` (from 1); `chosen` are shown positions, empty clears."""
    return save_answers(sitting, {str(no): chosen}, by=by, at=at)


@transaction.atomic
def save_answers(
    sitting: Sitting, answers: Mapping[str, Sequence[int]], *, by: User | None, at: datetime
) -> Sitting:
    """Keep several answers as the newest. Saving is no event of the ledger; submitting is."""
    lock(sitting)
    refused = refusal_to_go_on(sitting)
    if refused:
        raise refused
    if sitting.pk in overdue([Hand(sitting, by, at)]):
        raise _OVER
    [kept] = save_locked([Hand(sitting, by, at, saves=as_newest(sitting, answers))])
    if isinstance(kept, Refused):
        raise kept
    return sitting


def as_newest(sitting: Sitting, answers: Mapping[str, Sequence[int]]) -> list[Save]:
    """Answers of a page without counters: each is newer than what is there."""
    try:
        return [
            Save(int(no), chosen, sitting.counters.get(no, 0) + 1) for no, chosen in answers.items()
        ]
    except ValueError:
        raise BadInput("答卷内容没有读懂，没有保存。", "请返回试卷重新作答。") from None


def save_locked(hands: Sequence[Hand]) -> list[Kept | Refused]:
    """Take in what came in time, lay apart what came too late; refuse what the paper can't have."""
    late = overdue(hands)
    fetch_items(hands)
    done = [_one(hand, over=hand.sitting.pk in late) for hand in hands]
    changed = {
        hand.sitting.pk: hand.sitting
        for hand, kept in zip(hands, done, strict=True)
        if isinstance(kept, Kept) and kept.taken
    }
    update_rows(list(changed.values()), ["answers", "counters", "late"])
    lay_apart(hands, done)
    return done


def fetch_items(hands: Sequence[Hand]) -> None:
    """Have the items of all papers at hand by one query, where this process has them not yet."""
    shelf.items(q["item"] for hand in hands for q in hand.sitting.questions)


def _one(hand: Hand, *, over: bool) -> Kept | Refused:
    refused = refusal_to_go_on(hand.sitting)
    if refused and hand.sitting.status != SittingStatus.SUBMITTED:
        return refused
    return take_in(hand, closed=over or refused is not None)


def take_in(hand: Hand, *, closed: bool) -> Kept | Refused:
    """Merge a hand's answers into the sitting in memory; nothing is written here."""
    sitting = hand.sitting
    try:
        check(sitting, hand.saves)
    except BadInput as wrong:
        return wrong
    newer = [save for save in hand.saves if save.n > sitting.counters.get(str(save.no), 0)]
    if closed:
        return Kept(0, newer)
    merge(sitting, newer, late=sitting.deadline is not None and hand.at > sitting.deadline)
    return Kept(len(newer))


def merge(sitting: Sitting, saves: Iterable[Save], *, late: bool) -> None:
    """The newest of each question, whatever the order; `late` marks what came within the grace."""
    for save in saves:
        no = str(save.no)
        if save.n <= sitting.counters.get(no, 0):
            continue
        sitting.counters[no] = save.n
        sitting.answers[no] = sorted(set(save.chosen))
        if late and save.no not in sitting.late:
            sitting.late.append(save.no)


def check(sitting: Sitting, saves: Sequence[Save]) -> None:
    """Only positions that the paper shows, at most one unless several may be right."""
    questions = sitting.questions
    items = shelf.items(q["item"] for q in questions) if saves else {}
    for save in saves:
        if not 1 <= save.no <= len(questions):
            raise BadInput(f"第 {save.no} 题没有这个选项。", "请刷新页面后重新作答。")
        question = questions[save.no - 1]
        _check_one(save, len(question["order"]), items[question["item"]])


def _check_one(save: Save, width: int, item: Shelved) -> None:
    if any(not 0 <= at < width for at in save.chosen):
        raise BadInput(f"第 {save.no} 题没有这个选项。", "请刷新页面后重新作答。")
    if len(set(save.chosen)) > 1 and item.kind != ItemKind.MULTIPLE:
        raise BadInput(f"第 {save.no} 题只能选一项。", "请重新选择。")


def overdue(hands: Sequence[Hand]) -> set[int]:
    """Running sittings whose time is over at their hand's moment, grace and outages counted in."""
    past = [hand for hand in hands if _is_past(hand.sitting, hand.at)]
    if not past:
        return set()
    latest = max(hand.at for hand in past)
    make_good([hand.sitting for hand in past], at=latest)
    grace = {scope: grace_of(scope, latest) for scope in {h.sitting.industry for h in past}}
    return {
        hand.sitting.pk
        for hand in past
        if _is_past(hand.sitting, hand.at - grace[hand.sitting.industry])
    }


def grace_of(industry: str, at: datetime) -> timedelta:
    """The network's few seconds after the deadline."""
    rules = rulebook(local_date(at), scope=industry)
    return timedelta(seconds=rules.number("exam.grace_seconds"))


def _is_past(sitting: Sitting, at: datetime) -> bool:
    running = sitting.status == SittingStatus.STARTED
    return running and sitting.deadline is not None and at > sitting.deadline


def count_apart(sitting: Sitting, *, at: datetime) -> int:
    """Take in what was laid apart but lies before a deadline moved since; under lock."""
    if sitting.deadline is None:
        return 0
    until = sitting.deadline + grace_of(sitting.industry, at)
    rows = list(sitting.late_answers.filter(at__lte=until, counted_at__isnull=True))
    merge(sitting, [Save(row.no, row.chosen, row.n) for row in rows], late=True)
    for row in rows:
        row.counted_at = at
    update_rows(rows, ["counted_at"])
    update_rows([sitting], ["answers", "counters", "late"])
    return len(rows)


def lay_apart(hands: Sequence[Hand], done: Sequence[Kept | Refused]) -> None:
    """Write down what came too late: once for each device and question, the newest of it."""
    wanted = {
        (hand.sitting.pk, hand.device, save.no): (hand, save)
        for hand, kept in zip(hands, done, strict=True)
        if isinstance(kept, Kept)
        for save in sorted(kept.apart, key=lambda one: one.n)
    }
    if not wanted:
        return
    known: dict[tuple[int, str, int], LateAnswer] = {}
    for one in LateAnswer.objects.filter(sitting__in={pk for pk, _, _ in wanted}):
        known[one.sitting_id, one.device, one.no] = one
    fresh: list[LateAnswer] = []
    renewed: list[LateAnswer] = []
    for key, (hand, save) in wanted.items():
        row = known.get(key) or LateAnswer(sitting=hand.sitting, device=hand.device, no=save.no)
        if row.pk and row.n >= save.n:
            continue
        row.n, row.chosen = save.n, sorted(set(save.chosen))
        row.told_at, row.at = save.told_at, hand.at
        (renewed if row.pk else fresh).append(row)
    if len(known) + len(fresh) > MOST_APART * len({pk for pk, _, _ in wanted}):
        raise BadInput("这场考试补传的答案过多，没有保存。", "请联系监考人员。")
    LateAnswer.objects.bulk_create(fresh)
    _note_late(fresh)
    update_rows(renewed, ["n", "chosen", "told_at", "at"])


def _note_late(rows: Sequence[LateAnswer]) -> None:
    """The sitting's time line says which answers came too late, once each."""
    for row in rows:
        note_event(
            row.sitting,
            EventKind.LATE_ANSWER,
            at=row.at,
            client=f"late:{row.pk}",
            detail={"no": row.no},
            device=row.device,
        )
