"""Questions inside a film or between pages."""

from datetime import datetime

from django.db import transaction

from anlan.assessments.models import Item
from anlan.courses.models import Lesson, LessonKind, QuizPoint
from anlan.courses.paging import laid_out, pages_of
from anlan.courses.services.lessons import drafted
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record
from anlan.lib.refusals import BadInput


@transaction.atomic
def ask_at(lesson: Lesson, *, second: int, item: Item, by: User | None, at: datetime) -> QuizPoint:
    """Stop here and ask this. In a film `second` is any within it, of pages the end of one."""
    locked = drafted(lesson)
    if not 1 <= second <= locked.seconds:
        most = f"{locked.seconds // 60} 分 {locked.seconds % 60} 秒"
        raise BadInput("提问的时间不在这一课之内。", f"请填 1 秒到 {most} 之间的时间。")
    if locked.kind != LessonKind.VIDEO:
        ends = {one.end for one in laid_out(pages_of(locked))}
        if second not in ends:
            raise BadInput("提问只能放在两页之间。", "请选择放在第几页之后。")
    if locked.quiz_points.filter(second=second).exists():
        raise BadInput("这个位置已经有一道提问。", "请先删除原来的，或换一个位置。")
    point = QuizPoint.objects.create(lesson=locked, second=second, item=item)
    record(lesson.subject, "question_placed", by=by, at=at, second=second, item=item.key)
    return point


@transaction.atomic
def drop_question(point: QuizPoint, *, by: User, at: datetime) -> None:
    drafted(point.lesson)
    point.delete()
    record(point.lesson.subject, "question_dropped", by=by, at=at, second=point.second)
