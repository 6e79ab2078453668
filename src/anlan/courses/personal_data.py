"""What online learning keeps about a person (`settings.ANLAN_PERSONAL_DATA`)."""

from datetime import date, datetime

from django.db.models import Max

from anlan.courses.models import Progress, ReviewCard, Watching
from anlan.identity.kept import Erasure, PersonalData, Row, years_after
from anlan.identity.models import Person
from anlan.lib.dates import local_date


def _progress(person: Person) -> list[Row]:
    return [
        {
            "课时": one.lesson.title,
            "开始": one.started_at,
            "学完": one.completed_at,
            "已学秒数": round(one.spent),
        }
        for one in Progress.objects.filter(person=person).select_related("lesson")
    ]


def _erase_progress(person: Person, at: datetime) -> Erasure:
    """Where somebody stopped goes at once; what was learned counts as hours."""
    gone = Watching.objects.filter(person=person).delete()[0]
    return Erasure(gone, Progress.objects.filter(person=person).count())


def _until(person: Person, at: datetime) -> date | None:
    last = Progress.objects.filter(person=person).aggregate(
        done=Max("completed_at"), begun=Max("started_at")
    )
    days = [local_date(one) for one in last.values() if one is not None]
    return years_after(max(days), "archive.keep_years", at) if days else None


def _cards(person: Person) -> list[Row]:
    return [
        {
            "题目": str(one.item),
            "来源": one.get_source_display(),
            "加入": one.added_at,
            "复习次数": one.reviews,
        }
        for one in ReviewCard.objects.filter(person=person).select_related("item")
    ]


def _erase_cards(person: Person, at: datetime) -> Erasure:
    return Erasure(ReviewCard.objects.filter(person=person).delete()[0])


PERSONAL_DATA = (
    PersonalData(
        key="progress",
        title="在线学习进度",
        purpose="核算在线学时",
        basis="安全生产法第二十八条（教育培训档案）",
        models=("courses.Progress", "courses.Watching"),
        export=_progress,
        erase=_erase_progress,
        rule="archive.keep_years",
        until=_until,
    ),
    PersonalData(
        key="review_cards",
        title="错题复习",
        purpose="帮助本人复习",
        basis="为履行与本人的服务约定所必需（个人信息保护法第十三条第一款第二项）",
        models=("courses.ReviewCard",),
        export=_cards,
        erase=_erase_cards,
    ),
)
