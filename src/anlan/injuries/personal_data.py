"""What injury records keep about a person (`settings.ANLAN_PERSONAL_DATA`)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from anlan.foundation.files.removal import mark_removed
from anlan.identity.kept import Clock, Erasure, Look, PersonalData, Row, ruling, years_after
from anlan.identity.models import Person
from anlan.injuries.models import Case, NarrativeRead, Report
from anlan.injuries.queries import imports

MOST_A_ROUND = 500


def _cases(person: Person) -> QuerySet[Case]:
    rows = Case.objects.filter(person=person)
    return rows.select_related("report", "recognition").order_by("injured_on", "id")


def _export(person: Person) -> list[Row]:
    return [
        {
            "受伤日期": one.injured_on,
            "用人单位": one.employer_name,
            "地点": one.place,
            "经过": one.narrative,
            "伤害程度": one.get_severity_display(),
            "快报": one.report.reported_at if hasattr(one, "report") else "",
            "认定": one.recognition.get_status_display() if hasattr(one, "recognition") else "",
        }
        for one in _cases(person)
    ]


def _erase(person: Person, at: datetime) -> Erasure:
    return Erasure(kept=_cases(person).count())


def _until(person: Person, at: datetime) -> date | None:
    last = _cases(person).last()
    return years_after(last.injured_on, "injuries.keep_years", at) if last else None


def _end(person: Person, at: datetime) -> int:
    """What happened, in words and pictures, and to whom; codes and figures stay."""
    reports = Report.objects.filter(case__person=person)
    photos = [photo for report in reports for photo in report.photos.all()]
    gone = len(mark_removed(photos, at=at))
    gone += reports.update(person_name="")
    return gone + Case.objects.filter(person=person).update(narrative="", person=None)


def _looks(person: Person) -> Iterable[Look]:
    rows = NarrativeRead.objects.filter(case__person=person).select_related("by", "case")
    for one in rows:
        said = f"查看 {one.case.injured_on:%Y-%m-%d} 工伤的经过或照片"
        yield Look(one.at, one.by.name, said, "injury")


def _old_reads(at: datetime) -> QuerySet[NarrativeRead]:
    days = int(ruling("injuries.look_keep_days", at).value)
    return NarrativeRead.objects.filter(at__lt=at - timedelta(days=days))


def _forget_reads(at: datetime) -> int:
    oldest = list(_old_reads(at).order_by("pk").values_list("pk", flat=True)[:MOST_A_ROUND])
    return NarrativeRead.objects.filter(pk__in=oldest).delete()[0]


def _old_files(at: datetime) -> int:
    days = int(ruling("injuries.upload_keep_days", at).value)
    return imports.files_to_forget(at - timedelta(days=days)).count()


PERSONAL_DATA = (
    PersonalData(
        key="injuries",
        title="工伤快报、认定和鉴定",
        purpose="工伤认定和待遇，分析事故、改进预防",
        basis="工伤保险条例；工伤认定办法第二十四条",
        models=("injuries.Case",),
        export=_export,
        erase=_erase,
        rule="injuries.keep_years",
        until=_until,
        end=_end,
        looks=_looks,
        clocks=(
            Clock(
                "导入的案件文件",
                "injuries.upload_keep_days",
                "天",
                _old_files,
                job="到期自动销毁",
            ),
            Clock(
                "查看工伤经过的记录",
                "injuries.look_keep_days",
                "天",
                lambda at: _old_reads(at).count(),
                _forget_reads,
            ),
        ),
    ),
)
