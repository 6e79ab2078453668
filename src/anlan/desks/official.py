"""City, district and department: what waits for a decision, and how the year stands."""

from datetime import datetime, time

from django.db.models import Count, Min, Q
from django.urls import reverse

from anlan.classes import queries as classes
from anlan.classes.models import ChangeRequest, Status, TrainingClass
from anlan.desks.expert import visit_todo
from anlan.desks.shape import SHOWN, Desk, Figure
from anlan.desks.sittings import sittings_waiting
from anlan.foundation.accounts.models import Role, User
from anlan.foundation.accounts.queries import reach
from anlan.foundation.ui.formats import cn_date, cn_day
from anlan.foundation.ui.parts import Todo
from anlan.hazards.queries import hazards
from anlan.hazards.states import OPEN
from anlan.identity.queries import rights, wishes
from anlan.injuries.queries import cases as injuries
from anlan.insights.queries import Overview
from anlan.lib.dates import at_shanghai, local_date
from anlan.organizations import queries as organizations
from anlan.organizations.models import Organization
from anlan.supervision import queries as supervision
from anlan.supervision.models import SpotCheck
from anlan.visits.queries import visits

BEGINS = time(8, 30)
LAST_MINUTE = time(23, 59)
KINDS = ("认定", "鉴定")


def desk_of(user: User, figures: Overview, year: int, at: datetime) -> Desk:
    """What this official decides, and the visits that this official makes."""
    if not reach(user).has(Role.CITY_OFFICIAL, Role.DISTRICT_OFFICIAL):
        return Desk(
            [],
            [*_figures(figures, year), *_overdue(user, at)],
            "协同部门只查看，不审批。本行业的班次见左侧台账。",
        )
    applications = classes.waiting_for(user)
    changes = classes.changes_waiting_for(user)
    registrations = organizations.waiting_for(user)
    doubts = _doubts(user)
    safety = [*_hazards(user, at), *_clocks(user, at)]
    papers = sittings_waiting(user)
    calls = [visit_todo(one) for one in visits.oldest_clock_first(visits.waiting_for(user, at))]
    wished = _wishes(user)
    checks = [_check(check) for check in supervision.checks_waiting_for(user)]
    waiting = applications.count() + changes.count() + registrations.count()
    todos = [
        *doubts,
        *safety,
        *checks,
        *papers,
        *calls,
        *wished,
        *(_application(klass) for klass in applications[:SHOWN]),
        *(_change(change) for change in changes.select_related("klass__provider")[:SHOWN]),
        *(_registration(one) for one in registrations[:SHOWN]),
    ]
    todos.sort(key=lambda todo: (todo.due is None, todo.due or at))
    return Desk(
        todos=todos[:SHOWN],
        figures=_figures(figures, year),
        quiet="没有等您审批的事项。新的开班申请、变更和单位登记会出现在这里。",
        waiting=waiting
        + len(doubts)
        + len(safety)
        + len(checks)
        + len(papers)
        + len(calls)
        + len(wished),
        rest_href=reverse("classes:queue"),
    )


def _doubts(user: User) -> list[Todo]:
    """Tickets in one line: the oldest clock, how many, and how many of them nobody has yet."""
    found = supervision.undecided_for(user).order_by()
    sums = found.aggregate(
        number=Count("pk"), free=Count("pk", filter=Q(assignee=None)), due=Min("due_at")
    )
    if not sums["number"]:
        return []
    href = f"{reverse('supervision:tickets')}?state=undecided"
    note = f"其中 {sums['free']} 件未指派" if sums["free"] else "均已指派"
    return [Todo(f"疑点工单 {sums['number']} 件待核实", href, "去核实", note, sums["due"])]


def _hazards(user: User, at: datetime) -> list[Todo]:
    """Major re-checks, revisits and what ran out, in one line."""
    found = hazards.waiting_for(user, at).order_by()
    sums = found.aggregate(
        number=Count("pk"), late=Count("pk", filter=Q(due_at__lt=at)), due=Min("due_at")
    )
    if not sums["number"]:
        return []
    note = f"其中 {sums['late']} 条已超期" if sums["late"] else "重大隐患复查、到期复访"
    if sums["late"] == sums["number"]:
        note = "均已超期"
    href = f"{reverse('hazards:ledger')}?state=mine"
    return [Todo(f"隐患 {sums['number']} 条待办理", href, "去办理", note, sums["due"])]


def _clocks(user: User, at: datetime) -> list[Todo]:
    """认定 and 鉴定 past their last day, in one line."""
    today = local_date(at)
    late = [
        rows.order_by().aggregate(number=Count("pk"), due=Min("due_on"))
        for rows in (
            injuries.overdue_recognitions(user, on=today),
            injuries.overdue_appraisals(user, on=today),
        )
    ]
    if not any(one["number"] for one in late):
        return []
    words = [
        f"{name} {one['number']} 件" for name, one in zip(KINDS, late, strict=True) if one["number"]
    ]
    due = at_shanghai(min(one["due"] for one in late if one["due"]), LAST_MINUTE)
    return [Todo(f"工伤{'、'.join(words)}已超期", reverse("injuries:overdue"), "去办理", "", due)]


def _wishes(user: User) -> list[Todo]:
    """Copies, corrections and deletions that people asked for, in one line each."""
    found = []
    for rows, name, address in (
        (wishes.wishes_waiting(user), "更正和复制个人信息", "identity:wishes"),
        (rights.deletions_waiting(user), "删除个人信息", "identity:deletions"),
    ):
        sums = rows.order_by().aggregate(number=Count("pk"), due=Min("due_at"))
        if sums["number"]:
            title = f"{name}的申请 {sums['number']} 件待答复"
            found.append(Todo(title, reverse(address), "去答复", "", sums["due"]))
    return found


def _overdue(user: User, at: datetime) -> list[Figure]:
    late = hazards.visible_to(user).filter(status__in=OPEN, due_at__lt=at).count()
    href = f"{reverse('hazards:ledger')}?state=overdue"
    return [Figure("超期隐患", late, href, "本行业，此刻", "条")]


def _check(check: SpotCheck) -> Todo:
    """A visit to a drawn class; its clock is when the half-day begins."""
    session = check.session
    return Todo(
        f"抽查：{check.klass.title}",
        reverse("supervision:check", args=[check.uid]),
        "去检查",
        f"{check.klass.provider.name} · {cn_day(session.day)}{session.get_half_display()}"
        f" · {session.place}",
        session.register.starts_at if session.register else at_shanghai(session.day, BEGINS),
    )


def _application(klass: TrainingClass) -> Todo:
    """Its clock is the first day: by then it must have been decided."""
    first = klass.first_day
    return Todo(
        f"开班申请：{klass.title}",
        reverse("classes:record", args=[klass.uid]),
        "审核" if klass.status == Status.SUBMITTED else "审批",
        f"{klass.provider.name} · {klass.quota} 人 · {cn_day(first)} 开课",
        at_shanghai(first, BEGINS) if first else None,
    )


def _change(change: ChangeRequest) -> Todo:
    first = change.klass.first_day
    return Todo(
        f"{change.get_kind_display()}：{change.klass.title}",
        reverse("classes:record", args=[change.klass.uid]),
        "审批变更",
        f"{change.klass.provider.name} · 理由：{change.reason}",
        at_shanghai(first, BEGINS) if first and change.klass.status == Status.APPROVED else None,
    )


def _registration(organization: Organization) -> Todo:
    return Todo(
        f"单位登记：{organization.name}",
        reverse("organizations:record", args=[organization.uid]),
        "审核登记",
        f"{organization.get_kind_display()} · {cn_date(organization.registered_at)} 提交",
    )


def _figures(year: Overview, of: int) -> list[Figure]:
    behind = f"{reverse('insights:classes')}?year={of}"
    trained = f"{reverse('insights:enterprises')}?year={of}&trained=yes"
    rate = f"{year.pass_rate:.1%}" if year.pass_rate is not None else "—"
    return [
        Figure("场次", year.sessions, behind, f"{year.closed + year.running:,} 期班次", "场"),
        Figure("人次", year.attendances, behind, f"其中进行中 {year.live:,}", "人次"),
        Figure("参训人数", year.people, behind, "按身份证号去重", "人"),
        Figure("参训企业", year.trained, trained, f"登记企业 {year.registered:,} 家", "家"),
        Figure("合格率", rate, behind, f"{year.passed:,} / {year.finished:,} 人，已结班"),
    ]
