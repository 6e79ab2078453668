"""Answer sheets that are too alike, papers that were answered too fast."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from anlan.assessments.models import Item, ItemKind, Sitting, SittingStatus
from anlan.classes.models import TrainingClass, Trial
from anlan.foundation.rules.queries import Rulebook
from anlan.lib.masking import mask_name
from anlan.methods.answer_copying import Pair, Sheet, unlikely_pairs
from anlan.supervision.doubts import Doubt, class_facts, class_link
from anlan.supervision.models import TicketKind

ELSEWHERE = 400  # sheets of other classes from which to learn how people err


def sheets_alike(classes: Sequence[TrainingClass], rules: Rulebook) -> Iterator[Doubt]:
    """First tries of one class that share more wrong answers than chance has it.

    `methods.answer_copying` says what is assumed. Papers are drawn one by one from a bank, so
    small overlaps are the rule and the test is weak where banks are large.
    """
    alpha = rules.number("supervision.alike_alpha")
    least = rules.whole("supervision.alike_items")
    for klass, trials in _first_tries(classes).items():
        sittings = {trial.sitting.pk: trial.sitting for trial in trials if trial.sitting}
        if len(sittings) < 2:
            continue
        others = _others(klass, list(sittings))
        key = _key([*sittings.values(), *others])
        pairs = unlikely_pairs(
            [_sheet(one, key) for one in sittings.values()],
            elsewhere=[_sheet(one, key) for one in others],
            alpha=alpha,
            least=least,
        )
        for pair in pairs:
            yield _alike(klass, pair, sittings, alpha)


def too_fast(classes: Sequence[TrainingClass], rules: Rulebook) -> Iterator[Doubt]:
    """Passed papers handed in within fewer seconds an item than anybody reads in.

    A failed paper that was handed in at once is given up, not answered.
    """
    least = rules.number("supervision.item_seconds")
    for klass, trials in _tries(classes).items():
        for sitting in (trial.sitting for trial in trials if trial.sitting):
            taken = _seconds(sitting)
            if sitting.passed and taken is not None and taken < least * len(sitting.questions):
                yield _fast(klass, sitting, taken, least)


def _tries(classes: Sequence[TrainingClass]) -> dict[TrainingClass, list[Trial]]:
    found = Trial.objects.filter(
        enrolment__klass__in=classes, sitting__status=SittingStatus.SUBMITTED
    )
    named = found.select_related("sitting__person", "enrolment__klass__provider").order_by("id")
    by_class: dict[TrainingClass, list[Trial]] = defaultdict(list)
    for trial in named:
        by_class[trial.enrolment.klass].append(trial)
    return by_class


def _first_tries(classes: Sequence[TrainingClass]) -> dict[TrainingClass, list[Trial]]:
    tries = _tries(classes)
    return {klass: [one for one in trials if one.no == 0] for klass, trials in tries.items()}


def _others(klass: TrainingClass, own: Sequence[int]) -> list[Sitting]:
    found = Sitting.objects.filter(status=SittingStatus.SUBMITTED, industry=klass.industry)
    return list(found.exclude(pk__in=own).order_by("-pk")[:ELSEWHERE])


def _key(sittings: Iterable[Sitting]) -> dict[int, list[int]]:
    """Item → right positions, of the items that can be wrong in more than one way."""
    wanted = {question["item"] for sitting in sittings for question in sitting.questions}
    found = Item.objects.filter(pk__in=wanted).exclude(kind=ItemKind.JUDGE)
    return dict(found.values_list("pk", "answer"))


def _sheet(sitting: Sitting, key: dict[int, list[int]]) -> Sheet:
    """Wrong answers in the item's own order of options; what was left blank is no answer."""
    wrong: dict[int, tuple[int, ...]] = {}
    for no, question in enumerate(sitting.questions, start=1):
        right = key.get(question["item"])
        chosen = tuple(sorted(question["order"][at] for at in sitting.answers.get(str(no), [])))
        if chosen and right is not None and list(chosen) != sorted(right):
            wrong[question["item"]] = chosen
    return Sheet(sitting.pk, wrong)


def _seconds(sitting: Sitting) -> float | None:
    if sitting.started_at is None or sitting.submitted_at is None or not sitting.questions:
        return None
    return (sitting.submitted_at - sitting.started_at).total_seconds()


def _alike(klass: TrainingClass, pair: Pair, sittings: dict[int, Sitting], alpha: float) -> Doubt:
    both = [sittings[int(str(pk))] for pk in (pair.first, pair.second)]
    names = [mask_name(one.person.name) for one in both]
    return Doubt(
        kind=TicketKind.ALIKE,
        provider=klass.provider,
        klass=klass,
        evidence="/".join(sorted(str(one.uid) for one in both)),
        said=f"两份答卷共同答错 {pair.shared} 题，其中 {pair.same} 题错选相同，待核实。",
        facts=[
            *class_facts(klass),
            ("学员", "、".join(names)),
            ("成绩", "、".join(f"{one.score:f}" for one in both if one.score is not None)),
        ],
        inner=[
            ("独立作答时的概率", f"{pair.chance:.1e}"),
            ("全班两两比较后", f"{pair.corrected:.1e}，低于 {alpha:g} 作为疑点"),
            ("方法", "广义二项检验（van der Linden 与 Sotaridona，2006），只比较都答错的选择题"),
        ],
        links=[class_link(klass)],
        subjects=[one.subject for one in both],
    )


def _fast(klass: TrainingClass, sitting: Sitting, taken: float, least: float) -> Doubt:
    return Doubt(
        kind=TicketKind.FAST,
        provider=klass.provider,
        klass=klass,
        evidence=str(sitting.uid),
        said=f"一份 {len(sitting.questions)} 题的答卷在 {taken:.0f} 秒内交卷并合格，待核实。",
        facts=[
            *class_facts(klass),
            ("学员", mask_name(sitting.person.name)),
            ("用时", f"{taken:.0f} 秒，{len(sitting.questions)} 题"),
            ("成绩", f"{sitting.score:f} 分" if sitting.score is not None else "未评分"),
        ],
        inner=[("起点", f"平均每题少于 {least:g} 秒")],
        links=[class_link(klass)],
        subjects=[sitting.subject],
    )
