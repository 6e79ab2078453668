"""Practical checks: set for a person, marked once by an examiner, with a photo."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from anlan.assessments.lines import practical_marked_line, practical_scheduled_line
from anlan.assessments.models import Checklist, Practical
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.models import TimeSource
from anlan.foundation.ledger.services import record_many
from anlan.identity.models import Person
from anlan.lib.dates import moment_text
from anlan.lib.refusals import BadInput, NotAllowed


@transaction.atomic
def schedule_practicals(
    persons: Iterable[Person],
    checklist: Checklist,
    *,
    opens_at: datetime,
    by: User | None,
    at: datetime,
) -> list[Practical]:
    """One practical check for each person."""
    drafts = [Practical(person=p, checklist=checklist, opens_at=opens_at) for p in persons]
    made = Practical.objects.bulk_create(drafts, batch_size=500)
    record_many([practical_scheduled_line(practical, by, at) for practical in made])
    return made


@transaction.atomic
def mark_practical(
    practical: Practical,
    *,
    marks: Mapping[str, bool],
    photo: StoredFile | None,
    remark: str = "",
    by: User,
    at: datetime,
    device: str = "",
    time_source: TimeSource = TimeSource.SERVER,
) -> Practical:
    """Mark every item once. Failing a critical item fails the whole, whatever the sum.

    `device` and `time_source` say whose clock `at` was read from, when it was a tablet's.
    """
    practical.refresh_from_db(from_queryset=Practical.objects.select_for_update())
    _refuse_unless_markable(practical, by, at)
    items = practical.checklist.items
    _refuse_unless_complete(items, marks)
    if photo is None:
        raise BadInput("缺少现场照片。", "请拍一张学员操作的照片后再提交。")
    score, passed = _result(practical.checklist, marks)
    fields = {
        "marks": {item["key"]: bool(marks[item["key"]]) for item in items},
        "photo": photo,
        "remark": remark[:200],
        "examiner": by,
        "at": at,
        "score": score,
        "passed": passed,
    }
    if not Practical.objects.filter(pk=practical.pk, at__isnull=True).update(**fields):
        raise _already_marked(practical)
    for name, value in fields.items():
        setattr(practical, name, value)
    line = practical_marked_line(practical, by, at)
    record_many([replace(line, device=device, time_source=time_source)])
    return practical


def _refuse_unless_markable(practical: Practical, by: User, at: datetime) -> None:
    if practical.at is not None:
        raise _already_marked(practical)
    if at < practical.opens_at:
        raise NotAllowed(
            f"实操考核还没有开始，{moment_text(practical.opens_at)} 开放。", "请到时再评分。"
        )
    if practical.person.user_id == by.pk:
        raise NotAllowed("考官不能给自己评分。", "请由另一位考官评分。")


def _already_marked(practical: Practical) -> NotAllowed:
    when = f"已于 {moment_text(practical.at)} " if practical.at else "刚刚"
    return NotAllowed(
        f"这次实操考核{when}评过分，成绩不会改变。", "如评分有误，请联系班主任安排补考。"
    )


def _refuse_unless_complete(items: list[dict[str, Any]], marks: Mapping[str, bool]) -> None:
    missing = [(no, i) for no, i in enumerate(items, start=1) if i["key"] not in marks]
    if missing:
        named = "；".join(f"第 {no} 项「{item['text']}」" for no, item in missing[:5])
        more = f"等 {len(missing)} 项" if len(missing) > 5 else ""
        raise BadInput(f"还有评分项没有判定：{named}{more}。", "请逐项选择合格或不合格。")
    unknown = set(marks) - {item["key"] for item in items}
    if unknown:
        raise BadInput("评分表与考核项目不一致。", "请刷新页面后重新评分。")


def _result(checklist: Checklist, marks: Mapping[str, bool]) -> tuple[int, bool]:
    """Score out of 100, rounded down, and whether it passes."""
    items = checklist.items
    total = sum(item["weight"] for item in items)
    got = sum(item["weight"] for item in items if marks[item["key"]])
    critical = all(marks[item["key"]] for item in items if item["critical"])
    return got * 100 // total, critical and got * 100 >= checklist.pass_mark * total
