"""What registers keep about a person (`settings.ANLAN_PERSONAL_DATA`)."""

from datetime import date, datetime, timedelta

from django.db.models import Max, QuerySet

from anlan.attendance.models import Device, Leave, Mark, Pause, StruckMark
from anlan.foundation.files.removal import mark_removed
from anlan.identity.kept import Clock, Erasure, PersonalData, Row, ruling, years_after
from anlan.identity.models import Person
from anlan.lib.dates import local_date

RECORDS = (Mark, StruckMark, Pause, Leave)


def _marks(person: Person) -> list[Row]:
    rows: list[Row] = [
        {
            "签到簿": one.register.title,
            "内容": one.get_kind_display(),
            "时间": one.at,
            "方式": one.get_proof_display(),
            "说明": one.reason,
        }
        for one in Mark.objects.filter(person=person).select_related("register").order_by("at")
    ]
    for one in StruckMark.objects.filter(person=person).select_related("register"):
        said = f"已划去：{one.struck_reason}"
        rows.append({"签到簿": one.register.title, "内容": said, "时间": one.at})
    for out in Pause.objects.filter(person=person).select_related("register"):
        rows.append({"签到簿": out.register.title, "内容": "暂离", "时间": out.out_at})
    for leave in Leave.objects.filter(person=person).select_related("register"):
        said = f"请假：{leave.reason}（{leave.get_status_display()}）"
        rows.append({"签到簿": leave.register.title, "内容": said, "时间": leave.asked_at})
    return rows


def _erase_marks(person: Person, at: datetime) -> Erasure:
    """Where a scan came from goes at once; that somebody was there is the training record."""
    gone = 0
    for model in (Mark, StruckMark):
        rows = model._default_manager.filter(person=person)
        gone += rows.exclude(address="", device="").update(address="", device="")
    kept = sum(model._default_manager.filter(person=person).count() for model in RECORDS)
    return Erasure(gone, kept)


def _until(person: Person, at: datetime) -> date | None:
    last = [
        model._default_manager.filter(person=person).aggregate(last=Max("register__ends_at"))[
            "last"
        ]
        for model in RECORDS
    ]
    days = [local_date(one) for one in last if one is not None]
    return years_after(max(days), "archive.keep_years", at) if days else None


def _end_marks(person: Person, at: datetime) -> int:
    """Words and photos go; a mark without them says that somebody was there."""
    gone = 0
    for model in (Mark, StruckMark):
        rows = model._default_manager.filter(person=person)
        photos = [one.photo for one in rows.exclude(photo=None).select_related("photo")]
        gone += len(mark_removed([one for one in photos if one is not None], at=at))
        gone += rows.exclude(reason="").update(reason="")
    return gone + Leave.objects.filter(person=person).exclude(reason="").update(reason="")


def _devices(person: Person) -> list[Row]:
    return [
        {"手机": one.label or "手机", "绑定": one.bound_at, "解除": one.released_at}
        for one in Device.objects.filter(person=person)
    ]


def _erase_devices(person: Person, at: datetime) -> Erasure:
    return Erasure(Device.objects.filter(person=person).delete()[0])


def _old_addresses(at: datetime) -> QuerySet[Mark]:
    days = int(ruling("attendance.address_days", at).value)
    return Mark.objects.filter(at__lt=at - timedelta(days=days)).exclude(address="")


PERSONAL_DATA = (
    PersonalData(
        key="attendance",
        title="签到、暂离和请假",
        purpose="证明本人到课，核算学时",
        basis="安全生产法第二十八条（教育培训档案）；AQ 8011-2023",
        models=tuple(model._meta.label for model in RECORDS),
        export=_marks,
        erase=_erase_marks,
        rule="archive.keep_years",
        until=_until,
        end=_end_marks,
        clocks=(
            Clock(
                "签到网络地址（密钥散列）",
                "attendance.address_days",
                "天",
                lambda at: _old_addresses(at).count(),
                job="到期自动清除",
            ),
        ),
    ),
    PersonalData(
        key="devices",
        title="签到用的手机",
        purpose="发现代签",
        basis="AQ 8011-2023（考勤防替代）",
        models=("attendance.Device",),
        export=_devices,
        erase=_erase_devices,
    ),
)
