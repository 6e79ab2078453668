"""The class manager: today's sessions first, then what is missing, then what comes."""

from datetime import datetime, time

from django.db.models import Count, Q, QuerySet, Sum
from django.urls import reverse

from anlan.classes.evidence import missing_evidence
from anlan.classes.models import Closing, Session, Status, TrainingClass
from anlan.desks.queries import AHEAD, sessions_between
from anlan.desks.shape import SHOWN, Coming, Desk, Figure
from anlan.desks.sittings import sittings_waiting
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach
from anlan.foundation.ui.formats import cn_time
from anlan.foundation.ui.parts import Todo
from anlan.kits import queries as kits
from anlan.lib.dates import at_shanghai, local_date
from anlan.supervision import queries as supervision
from anlan.supervision.models import InquiryKind

BEGINS = time(8, 30)
CHECKED = 4  # ended classes whose evidence is checked on the desk; each takes about ten queries


def desk_of(user: User, at: datetime) -> Desk:
    """What a provider's class manager has to do today."""
    found = _own(user)
    today = local_date(at)
    sessions = sessions_between(found, today, today + AHEAD)
    todos = [
        *(_session(one) for one in sessions if one.day == today and _still_on(one, at)),
        *_asked(user),
        *_carried(found),
        *sittings_waiting(user),
        *_returned(found),
        *_ended(found, at),
        *_drafts(found),
    ]
    return Desk(
        todos=todos[:SHOWN],
        figures=_figures(found, today.year),
        quiet="今天没有要办的事。可以申请下一期培训班。",
        waiting=len(todos),
        rest_href=reverse("classes:list"),
        coming=[_coming(one) for one in sessions if one.day > today][:SHOWN],
        coming_title="未来两周的课",
        coming_empty="未来两周没有排课。",
    )


def _asked(user: User) -> list[Todo]:
    """What the officials ask this provider; unanswered only, the oldest clock first."""
    found = supervision.unanswered(supervision.inquiries_visible_to(user))
    return [
        Todo(
            f"监管问询：{one.ticket.get_kind_display()}",
            reverse("supervision:inquiry", args=[one.uid]),
            "报告整改" if one.kind == InquiryKind.RECTIFY else "作出说明",
            one.question,
            one.due_at,
        )
        for one in found[:SHOWN]
    ]


def _carried(found: QuerySet[TrainingClass]) -> list[Todo]:
    """Records from offline tablets that contradict the server."""
    return [
        Todo(
            f"核对离线记录：{klass.title}",
            reverse("kits:review", args=[klass.uid]),
            "去核对",
            f"{klass.undecided} 条与系统不一致，两份都已留下",  # type: ignore[attr-defined]
        )
        for klass in kits.with_undecided(found)[:SHOWN]
    ]


def _own(user: User) -> QuerySet[TrainingClass]:
    keys = reach(user).keys(ScopeKind.ORGANIZATION, Role.CLASS_MANAGER)
    return TrainingClass.objects.filter(provider__uid__in=keys)


def _still_on(session: Session, at: datetime) -> bool:
    return session.register is not None and at <= session.register.closes_at


def _session(session: Session) -> Todo:
    begins = session.register.starts_at if session.register else None
    return Todo(
        f"今天{session.get_half_display()}：{session.klass.title}",
        reverse("classes:door", args=[session.uid]),
        "投屏签到",
        f"{session.topic} · {session.trainer.name} · {session.place}",
        begins,
        f"{cn_time(begins)} 开课",
    )


def _returned(found: QuerySet[TrainingClass]) -> list[Todo]:
    rows = found.filter(status=Status.RETURNED).prefetch_related("reviews").order_by("first_day")
    return [_mend(klass) for klass in rows[:SHOWN]]


def _mend(klass: TrainingClass) -> Todo:
    reviews = list(klass.reviews.all())
    note = f"退回意见：{reviews[-1].reason}" if reviews else "已退回修改"
    href, first = reverse("classes:record", args=[klass.uid]), klass.first_day
    due = at_shanghai(first, BEGINS) if first else None
    return Todo(f"退回修改：{klass.title}", href, "去修改", note, due)


def _ended(found: QuerySet[TrainingClass], at: datetime) -> list[Todo]:
    """Classes whose last day is over: ready to close, or what is missing."""
    rows = found.filter(status=Status.RUNNING, last_day__lt=local_date(at)).order_by("last_day")
    todos = []
    for klass in rows[:CHECKED]:
        gaps = missing_evidence(klass, at=at)
        note = f"还缺 {len(gaps)} 项：{gaps[0].text}" if gaps else "证据齐全，可以结班"
        href = reverse("classes:record", args=[klass.uid])
        todos.append(Todo(f"结班：{klass.title}", href, "补齐" if gaps else "办理结班", note))
    return todos


def _drafts(found: QuerySet[TrainingClass]) -> list[Todo]:
    rows = found.filter(status=Status.DRAFT).order_by("created_at")
    return [
        Todo(
            f"草稿：{klass.title}",
            reverse("classes:record", args=[klass.uid]),
            "继续填写",
            "还没有提交",
        )
        for klass in rows[:SHOWN]
    ]


def _coming(session: Session) -> Coming:
    return Coming(session, reverse("classes:record", args=[session.klass.uid]))


def _figures(found: QuerySet[TrainingClass], year: int) -> list[Figure]:
    counts = found.aggregate(
        booking=Count("pk", filter=Q(status=Status.APPROVED)),
        running=Count("pk", filter=Q(status=Status.RUNNING)),
    )
    closed = Closing.objects.filter(klass__in=found.filter(first_day__year=year)).aggregate(
        passed=Sum("passed", default=0), finished=Sum("enrolled", default=0), n=Count("pk")
    )
    rate = f"{closed['passed'] / closed['finished']:.1%}" if closed["finished"] else "—"
    ledger = reverse("classes:list")
    note = f"{closed['passed']:,} / {closed['finished']:,} 人，本年 {closed['n']} 期"
    return [
        Figure("报名中", counts["booking"], f"{ledger}?status=approved", unit="期"),
        Figure("进行中", counts["running"], f"{ledger}?status=running", unit="期"),
        Figure("结班合格率", rate, f"{ledger}?status=closed", note),
    ]
