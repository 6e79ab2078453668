"""The safety officer: names to send, rosters to mend, where own people go next."""

from datetime import datetime, time

from django.db.models import Count
from django.urls import reverse

from anlan.bookings import queries as bookings
from anlan.bookings.models import Booking
from anlan.bookings.policies import booking_organization
from anlan.classes.models import Session
from anlan.desks.expert import visit_todo
from anlan.desks.queries import AHEAD, certificates_of, of_year, sessions_of_people
from anlan.desks.shape import SHOWN, Coming, Desk, Figure
from anlan.foundation.accounts.models import User
from anlan.foundation.ui.formats import cn_day
from anlan.foundation.ui.parts import Todo
from anlan.identity.models import RosterUpload, UploadStatus
from anlan.identity.queries import roster_of, uploads_of
from anlan.insights.queries import held, present
from anlan.lib.dates import at_shanghai, local_date
from anlan.organizations import queries as organizations
from anlan.organizations.models import Organization, Status
from anlan.visits.queries import inspection_due, visits

BEGINS = time(8, 30)
LAST_MINUTE = time(23, 59)
ROSTER_ACTS = {UploadStatus.UPLOADED: "去确认", UploadStatus.FAILED: "重新上传"}


def desk_of(user: User, at: datetime) -> Desk:
    """What an enterprise's safety officer has to do; before approval, how the approval stands."""
    organization = booking_organization(user)
    if organization is None:
        return newcomer_desk(user, at)
    today = local_date(at)
    short = list(bookings.short_of_names(organization)[:SHOWN])
    todos = [*_safety(user, organization, at), *(_names(one) for one in short)]
    todos += _rosters(organization)
    coming = sessions_of_people(organization, today, today + AHEAD)[:SHOWN]
    return Desk(
        todos=todos[:SHOWN],
        figures=_figures(user, organization, today.year),
        quiet="没有要办的事。可以为员工预约下一期培训。",
        waiting=len(todos),
        rest_href=reverse("bookings:mine"),
        coming=[_coming(one) for one in coming],
        coming_title="未来两周本企业的课",
        coming_empty="未来两周没有本企业员工的课。到“预约培训”里看看正在报名的班。",
    )


def newcomer_desk(user: User, at: datetime) -> Desk:
    """Somebody without a role yet: how the own registrations stand."""
    todos = [_registration(one) for one in organizations.organizations_of(user)]
    return Desk(todos, [], "还没有登记单位。请用营业执照上的统一社会信用代码登记。", len(todos))


def _registration(organization: Organization) -> Todo:
    returned = organization.status == Status.RETURNED
    note = f"退回原因：{organization.review_reason}" if returned else "等待区县审核，通过后即可使用"
    href = reverse("organizations:record", args=[organization.uid])
    return Todo(
        f"{organization.get_kind_display()}登记：{organization.name}",
        href,
        "去修改" if returned else "查看",
        note,
    )


def _safety(user: User, organization: Organization, at: datetime) -> list[Todo]:
    """A self-inspection that is overdue, visits that wait for an answer."""
    todos = [visit_todo(one) for one in visits.waiting_for(user, at).order_by("due_at", "id")]
    due = inspection_due(organization, at)
    if due is not None and due < local_date(at):
        last = at_shanghai(due, LAST_MINUTE)
        todos.append(Todo("企业自查已过期", reverse("visits:mine"), "去自查", "", last))
    return todos


def _names(booking: Booking) -> Todo:
    first = booking.klass.first_day
    named: int = booking.people  # type: ignore[attr-defined]
    return Todo(
        f"报送名单：{booking.klass.title}",
        reverse("bookings:record", args=[booking.uid]),
        "选人报名",
        f"已定 {booking.seats} 座，还差 {booking.seats - named} 人 · {cn_day(first)} 开课",
        at_shanghai(first, BEGINS) if first else None,
    )


def _rosters(organization: Organization) -> list[Todo]:
    """The newest upload, when it waits or has rows that could not be used."""
    newest = uploads_of(organization).first()
    if newest is None and roster_of(organization).exists():
        return []
    if newest is None:
        url = reverse("identity:upload_roster", args=[organization.uid])
        return [Todo("还没有花名册", url, "上传花名册", "有了花名册才能选人报名")]
    if newest.status in ROSTER_ACTS:
        return [_roster(newest, ROSTER_ACTS[UploadStatus(newest.status)], newest.failure)]
    if newest.status == UploadStatus.DONE and newest.rows_bad:
        return [_roster(newest, "查看问题行", f"{newest.rows_bad} 行没有导入，其余已导入")]
    return []


def _roster(upload: RosterUpload, act: str, note: str) -> Todo:
    url = reverse("identity:upload", args=[upload.uid])
    return Todo(f"花名册：{upload.file.name}", url, act, note or "等待您确认后导入")


def _coming(session: Session) -> Coming:
    sent: int = session.sent  # type: ignore[attr-defined]
    href = reverse("classes:record", args=[session.klass.uid])
    return Coming(session, href, f"本企业 {sent} 人")


def _figures(user: User, organization: Organization, year: int) -> list[Figure]:
    workers = roster_of(organization).count()
    came = present(held(user, year)).filter(organization=organization)
    trained = came.aggregate(people=Count("person", distinct=True))["people"]
    sent = of_year(organization, year).aggregate(people=Count("person", distinct=True))["people"]
    certificates = certificates_of(organization).count()
    progress = f"{reverse('desks:progress')}?year={year}"
    roster = reverse("identity:roster", args=[organization.uid])
    return [
        Figure("在册职工", workers, roster, f"已报名 {sent:,} 人", "人"),
        Figure("本年度参训", trained, progress, "同一人只计一次", "人"),
        Figure("有效证书", certificates, reverse("archives:certificates"), unit="张"),
    ]
