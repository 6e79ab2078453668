"""What offline tablets keep about a person (`settings.ANLAN_PERSONAL_DATA`)."""

from datetime import date, datetime

from django.db.models import Max

from anlan.identity.kept import Erasure, PersonalData, Row, years_after
from anlan.identity.models import Person
from anlan.kits.models import Record
from anlan.lib.dates import local_date


def _export(person: Person) -> list[Row]:
    return [
        {"内容": one.get_kind_display(), "时间": one.at, "收到": one.received_at, "处理": one.note}
        for one in Record.objects.filter(person=person).order_by("at", "id")
    ]


def _erase(person: Person, at: datetime) -> Erasure:
    """Signed to the byte and chained: one record changed would break the tablet's chain."""
    return Erasure(kept=Record.objects.filter(person=person).count())


def _until(person: Person, at: datetime) -> date | None:
    last = Record.objects.filter(person=person).aggregate(last=Max("at"))["last"]
    return years_after(local_date(last), "archive.keep_years", at) if last else None


def _end(person: Person, at: datetime) -> int:
    """The tablet's records name a person by a code; what leads from it to the person goes."""
    return Record.objects.filter(person=person).update(person=None)


PERSONAL_DATA = (
    PersonalData(
        key="offline",
        title="离线平板上的签到和答题",
        purpose="没有网络时照样培训和考试，事后可以核对",
        basis="安全生产法第二十八条（教育培训档案）",
        models=("kits.Record",),
        export=_export,
        erase=_erase,
        rule="archive.keep_years",
        until=_until,
        end=_end,
    ),
)
