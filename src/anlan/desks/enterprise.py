"""The safety officer: hazards and injuries whose clocks run, names to send, rosters to mend."""

from datetime import date, datetime, time

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
from anlan.foundation.rules.queries import rulebook
from anlan.foundation.ui.formats import cn_day
from anlan.foundation.ui.parts import Todo
from anlan.hazards.models import Grade, Hazard
from anlan.hazards.models import Status as HazardStatus
from anlan.hazards.queries import hazards as hazard_queries
from anlan.identity.models import RosterUpload, UploadStatus
from anlan.identity.queries import roster_of, uploads_of
from anlan.injuries.clocks import Terms
from anlan.injuries.models import Case
from anlan.injuries.queries import standing as injuries
from anlan.insights.queries import held, present
from anlan.lib.dates import at_shanghai, local_date
from anlan.organizations import queries as organizations
from anlan.organizations.models import Organization, Status
from anlan.visits.queries import inspection_due, visits

BEGINS = time(8, 30)
LAST_MINUTE = time(23, 59)
HAZARD_ACTS = {
    HazardStatus.REPORTED: ("受理隐患", "去受理"),
    HazardStatus.ACCEPTED: ("指派整改", "去指派"),
    HazardStatus.ASSIGNED: ("完成整改", "去整改"),
    HazardStatus.RECTIFIED: ("复查整改", "去复查"),
    HazardStatus.CLOSED: ("复访", "去复访"),
}
ROSTER_ACTS = {UploadStatus.UPLOADED: "去确认", UploadStatus.FAILED: "重新上传"}


def desk_of(user: User, at: datetime) -> Desk:
    """What an enterprise's safety officer has to do; before approval, how the approval stands."""
    organization = booking_organization(user)
    if organization is None:
        return newcomer_desk(user, at)
    today = local_date(at)
    hazards, unsafe = _hazards(user, at)
    hurt = _injuries(user, organization, today)
    looked = _safety(user, organization, at)
    booked = booking_todos(organization)
    rosters = roster_todos(organization)
    todos = [*hazards, *hurt, *looked, *booked, *rosters]
    todos.sort(key=lambda todo: (todo.due is None, todo.due or at))
    waiting = unsafe + len(hurt) + len(looked) + len(booked) + len(rosters)
    coming = sessions_of_people(organization, today, today + AHEAD)[:SHOWN]
    return Desk(
        todos=todos[:SHOWN],
        figures=_figures(user, organization, today.year),
        quiet="没有要办的事。可以为员工预约下一期培训。",
        waiting=waiting,
        rest_href=reverse("desks:enterprise", args=[organization.uid]),
        coming=[_coming(one) for one in coming],
        coming_title="未来两周本企业的课",
        coming_empty="未来两周没有本企业员工的课。到“预约培训”里看看正在报名的班。",
    )


def booking_todos(organization: Organization) -> list[Todo]:
    """Seats that names are still to be sent for."""
    return [_names(one) for one in bookings.short_of_names(organization)[:SHOWN]]


def _hazards(user: User, at: datetime) -> tuple[list[Todo], int]:
    """The nearest clocks of hazards that this officer acts on, and how many there are."""
    waiting = hazard_queries.waiting_for(user, at)
    shown = list(hazard_queries.oldest_clock_first(waiting)[:SHOWN])
    count = len(shown) if len(shown) < SHOWN else waiting.count()
    return [_hazard(one) for one in shown], count


def _hazard(one: Hazard) -> Todo:
    verb, act = HAZARD_ACTS[HazardStatus(one.status)]
    major = "重大隐患 · " if one.grade == Grade.MAJOR else ""
    href = reverse("hazards:hazard", args=[one.uid])
    return Todo(f"{verb}：{one.place}", href, act, f"{major}{one.what[:40]}", one.due_at)


def _injuries(user: User, organization: Organization, today: date) -> list[Todo]:
    """快报 that nobody has applied for: the employer's thirty days run."""
    terms = Terms.of(rulebook(today))
    rows = injuries.unapplied(user, organization, on=today, terms=terms)
    return [_unapplied(one, terms) for one in rows[:SHOWN]]


def _unapplied(case: Case, terms: Terms) -> Todo:
    return Todo(
        f"申请工伤认定：{cn_day(case.injured_on)}受伤",
        reverse("injuries:case", args=[case.uid]),
        "查看案件",
        f"{case.place or '地点未说明'} · 单位应在受伤后 {terms.employer} 日内申请",
        at_shanghai(injuries.apply_by(case, terms), LAST_MINUTE),
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


def roster_todos(organization: Organization) -> list[Todo]:
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
