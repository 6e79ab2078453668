"""What archives keep about a person (`settings.ANLAN_PERSONAL_DATA`)."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Max, Q, QuerySet

from anlan.archives.models import Archive, Certificate
from anlan.archives.queries import keys_past_retention, unsealed_classes
from anlan.foundation.files.removal import mark_removed
from anlan.foundation.ledger.models import Entry
from anlan.identity.kept import Clock, Erasure, Look, PersonalData, Row, years_after
from anlan.identity.models import Person
from anlan.identity.queries.rights import names_of
from anlan.lib.dates import local_date

# What opens an archive, or shows names in full; the sealed file itself shows masked ones.
TAKEN = {
    "archive_keys_handed_out": "取用学习档案的钥匙",
    "archive_opened_copy": "取用已开封的档案副本",
    "archive_printed": "打印培训档案的纸质件",
}


def _archives(person: Person) -> QuerySet[Archive]:
    """The person's own, and those of the classes that the person was in."""
    own = Q(enrolment__person=person)
    of_class = Q(enrolment=None, klass__enrolments__person=person)
    return Archive.objects.filter(own | of_class).select_related("klass").distinct()


def _certificates(person: Person) -> QuerySet[Certificate]:
    rows = Certificate.objects.filter(enrolment__person=person)
    return rows.select_related("enrolment__klass", "file")


def _export(person: Person) -> list[Row]:
    rows: list[Row] = [
        {
            "内容": f"证书 {one.number}",
            "班次": one.enrolment.klass.title,
            "日期": one.issued_on,
            "保存至": one.valid_until,
            "状态": one.get_status_display(),
        }
        for one in _certificates(person)
    ]
    for one in _archives(person).filter(enrolment__person=person).order_by("at"):
        rows.append(
            {
                "内容": f"学习档案第 {one.version} 版（在“证书”页可下载）",
                "班次": one.klass.title,
                "日期": local_date(one.at),
                "保存至": one.keep_until,
            }
        )
    return rows


def _holds(person: Person) -> list[str]:
    rows = unsealed_classes().filter(enrolments__person=person).distinct()
    return [f"「{one.title}」的档案正在封存，封存后执行。" for one in rows]


def _erase(person: Person, at: datetime) -> Erasure:
    """Printed certificates bear the full name: the working copies go, the sealed ones stay."""
    prints = [one.file for one in _certificates(person) if one.file is not None]
    kept = _archives(person).filter(enrolment__person=person).count()
    return Erasure(len(mark_removed(prints, at=at)), kept + _certificates(person).count())


def _until(person: Person, at: datetime) -> date | None:
    found = _archives(person).aggregate(last=Max("keep_until"))["last"]
    issued = _certificates(person).aggregate(last=Max("issued_on"))["last"]
    days = [one for one in (found, years_after(issued, "archive.keep_years", at)) if one]
    return max(days) if days else None


def _looks(person: Person) -> Iterable[Look]:
    subjects = [one.subject for one in _archives(person)]
    lines = list(Entry.objects.filter(subject__in=subjects, verb__in=TAKEN))
    own = f"user/{person.user.uid}" if person.user else ""
    names = names_of(line.actor for line in lines)
    for line in lines:
        if line.actor != own:
            yield Look(line.at, names.get(line.actor, "平台"), TAKEN[line.verb], "archive")


PERSONAL_DATA = (
    PersonalData(
        key="archives",
        title="证书和学习档案",
        purpose="证明本人受过培训，供监管和用人单位核验",
        basis="安全生产法第二十八条（教育培训档案）；AQ 8011-2023（一期一档）",
        models=(),
        export=_export,
        erase=_erase,
        rule="archive.keep_years",
        until=_until,
        holds=_holds,
        looks=_looks,
        clocks=(
            Clock(
                "封存档案的密钥",
                "archive.keep_years",
                "年",
                lambda at: len(keys_past_retention(local_date(at))),
                job="到期自动销毁",
            ),
        ),
    ),
)
