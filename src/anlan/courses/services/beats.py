"""Heartbeats: what each earns, many people's in one transaction."""

from collections.abc import Sequence

from msgspec import Struct

from anlan.courses.credit import Claim, credit
from anlan.courses.queries.facts import Fact, limits_at
from anlan.courses.services.live import Answers, Live, Round, complete, text
from anlan.courses.shapes import Beat, Beaten
from anlan.foundation.intake.endpoints import Item
from anlan.lib.refusals import BadInput


def keep_beats(items: Sequence[Item[Beat]]) -> Answers:
    """Credit what each heartbeat earns. No ledger line, except for a lesson that is completed."""
    together = Round(items)
    answers = [together.judge(item, _beat) for item in items]
    together.keep()
    return answers


def _beat(item: Item[Beat], live: Live, fact: Fact) -> Struct:
    asked, way = item.asked, live.way
    if asked.until < asked.since:
        raise BadInput("学习进度的起止颠倒，没有记录。", "请刷新页面后继续。")
    claim = Claim(asked.since, asked.until, asked.rate)
    notice = credit(way, claim, at=item.at, course=fact.course, limits=limits_at(item.at))
    complete(live, item, fact)
    return Beaten(
        way.position,
        way.reached,
        text(way.slots),
        int(way.spent),
        live.done_at is not None,
        notice,
    )
