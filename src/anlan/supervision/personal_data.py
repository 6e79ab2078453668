"""What supervision keeps about a learner (`settings.ANLAN_PERSONAL_DATA`)."""

from datetime import date, datetime

from django.db.models import Max, QuerySet

from anlan.identity.kept import Erasure, PersonalData, Row, years_after
from anlan.identity.models import Person
from anlan.lib.dates import local_date
from anlan.supervision.models import CallBack


def _calls(person: Person) -> QuerySet[CallBack]:
    return CallBack.objects.filter(enrolment__person=person).select_related("klass")


def _export(person: Person) -> list[Row]:
    return [
        {
            "班次": one.klass.title,
            "时间": one.at or one.drawn_at,
            "状态": one.get_status_display(),
            "答复": "；".join(f"{key}：{said}" for key, said in one.answers.items()),
            "备注": one.remark,
        }
        for one in _calls(person)
    ]


def _erase(person: Person, at: datetime) -> Erasure:
    """Nobody is called who wants to be forgotten; what was answered belongs to the check."""
    waiting = _calls(person).filter(at=None)
    gone = CallBack.objects.filter(pk__in=waiting.values("pk")).delete()[0]
    return Erasure(gone, _calls(person).count())


def _until(person: Person, at: datetime) -> date | None:
    last = _calls(person).aggregate(last=Max("at"))["last"]
    return years_after(local_date(last), "archive.keep_years", at) if last else None


def _end(person: Person, at: datetime) -> int:
    return CallBack.objects.filter(enrolment__person=person).exclude(remark="").update(remark="")


PERSONAL_DATA = (
    PersonalData(
        key="call_backs",
        title="回访",
        purpose="核对培训是否真实",
        basis="安全生产法第六十五条（监督检查）",
        models=(),
        export=_export,
        erase=_erase,
        rule="archive.keep_years",
        until=_until,
        end=_end,
    ),
)
