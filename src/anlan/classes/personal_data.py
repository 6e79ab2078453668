"""What classes keep about a person (`settings.ANLAN_PERSONAL_DATA`)."""

from datetime import date, datetime

from django.db.models import Max, QuerySet

from anlan.classes.models import DeskLogin, Enrolment, Status, WrongCode
from anlan.identity.kept import Erasure, PersonalData, Row, years_after
from anlan.identity.models import Person

OVER = (Status.CLOSED, Status.CANCELLED)


def _enrolments(person: Person) -> QuerySet[Enrolment]:
    rows = Enrolment.objects.filter(person=person)
    return rows.select_related("klass", "organization").order_by("at", "id")


def _export(person: Person) -> list[Row]:
    return [
        {
            "班次": one.klass.title,
            "班号": one.klass.number,
            "单位": one.organization.name,
            "报名": one.at,
            "状态": one.get_status_display(),
            "补学时": one.made_up.count(),
            "考试次数": one.trials.count(),
            "评价": "已提交（不记名）" if hasattr(one, "survey_done") else "",
        }
        for one in _enrolments(person)
    ]


def _holds(person: Person) -> list[str]:
    """Who is in a class now is on its roll; what happens there has to be closed first."""
    rows = _enrolments(person).filter(status="enrolled").exclude(klass__status__in=OVER)
    return [f"还在「{one.klass.title}」里，结班封存后执行；也可以先退班。" for one in rows]


def _erase(person: Person, at: datetime) -> Erasure:
    gone = WrongCode.objects.filter(person=person).delete()[0]
    gone += DeskLogin.objects.filter(person=person).delete()[0]
    return Erasure(gone, _enrolments(person).count())


def _until(person: Person, at: datetime) -> date | None:
    rows = Enrolment.objects.filter(person=person).exclude(klass__status=Status.CANCELLED)
    last = rows.aggregate(last=Max("klass__last_day"))["last"]
    return years_after(last, "archive.keep_years", at)


def _end(person: Person, at: datetime) -> int:
    """What somebody wrote about the enrolment; figures of the class stay as they were."""
    return Enrolment.objects.filter(person=person).exclude(reason="").update(reason="")


PERSONAL_DATA = (
    PersonalData(
        key="enrolments",
        title="培训班报名",
        purpose="组织培训、核算学时和补贴，备查",
        basis="工伤保险条例第十二条；安全生产法第二十八条（教育培训档案）",
        models=("classes.Enrolment", "classes.WrongCode", "classes.DeskLogin"),
        export=_export,
        erase=_erase,
        rule="archive.keep_years",
        until=_until,
        end=_end,
        holds=_holds,
    ),
)
