"""Answers at quiz points. What is right is said only to who has answered rightly."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import timedelta

from msgspec import Struct

from anlan.courses.credit import clock, rest
from anlan.courses.models import SLOT_SECONDS, CardSource, QuizPoint
from anlan.courses.queries.facts import Fact, limits_at
from anlan.courses.services.live import Answers, Live, Round, complete
from anlan.courses.services.reviewing import Missed, keep_missed
from anlan.courses.shapes import Answer, Answered
from anlan.foundation.intake.endpoints import Item
from anlan.lib.refusals import BadInput, NotAllowed

MOST_WAITS = 6  # wrong answers in a row that lengthen the wait


def take_answers(items: Sequence[Item[Answer]]) -> Answers:
    """Judge the answers; what was wrong becomes a review card."""
    together = Round(items)
    points = _points(together.lives.values(), items)
    missed: list[Missed] = []

    def answer(item: Item[Answer], live: Live, fact: Fact) -> Struct:
        point = points.get((live.lesson, item.asked.second))
        if point is None:
            raise BadInput("这里没有测验题。", "请刷新页面后继续学习。")
        _refuse_early(point, item, live, fact)
        right = _judge(point, item, live)
        complete(live, item, fact)
        if not right:
            missed.append(Missed(live.person, point.item_id, CardSource.QUIZ, item.at))
        words = point.item.explanation if right else ""
        return Answered(right, words, live.done_at is not None)

    answers = [together.judge(item, answer) for item in items]
    together.keep()
    keep_missed(missed)
    return answers


def _points(
    lives: Iterable[Live], items: Sequence[Item[Answer]]
) -> dict[tuple[uuid.UUID, int], QuizPoint]:
    rows = QuizPoint.objects.filter(
        lesson__uid__in={one.lesson for one in lives}, second__in={i.asked.second for i in items}
    ).select_related("item", "lesson")
    return {(one.lesson.uid, one.second): one for one in rows}


def _refuse_early(point: QuizPoint, item: Item[Answer], live: Live, fact: Fact) -> None:
    """A question is answered where it stands, and not by trying one answer after the other."""
    way = live.way
    if way.reached + SLOT_SECONDS < min(point.second, fact.course.seconds):
        raise NotAllowed("还没有学到这道题。", f"请从 {clock(way.reached)} 继续学习。")
    if live.tried_at is None or point.second in way.passed:
        return
    wait = timedelta(seconds=limits_at(item.at).answer_wait * min(live.tries, MOST_WAITS))
    passed = abs(item.at - live.tried_at)  # a clock set back makes nobody wait for longer
    if passed < wait:
        left = (wait - passed).total_seconds()
        raise NotAllowed("刚才答错了，请再想一想。", f"{int(left) + 1} 秒后可以再答。")


def _judge(point: QuizPoint, item: Item[Answer], live: Live) -> bool:
    right = set(item.asked.chosen) == set(point.item.answer)
    if right:
        live.way.passed.add(point.second)
        live.tries, live.tried_at = 0, None
    elif point.second not in live.way.passed:
        live.tries, live.tried_at = live.tries + 1, item.at
    rest(live.way, at=item.at, limits=limits_at(item.at))
    return right
