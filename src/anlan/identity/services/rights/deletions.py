"""Being deleted: asked by the person, answered within a clock, carried out when nothing holds."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.urls import reverse

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach, users_with
from anlan.foundation.ledger.services import record
from anlan.foundation.notices import services as notices
from anlan.identity.kept import ruling
from anlan.identity.models import DeletionRequest, DeletionStatus, Person, Wish
from anlan.identity.queries.rights import holds_on, plan_for
from anlan.identity.queries.wishes import district_of
from anlan.identity.services.rights.erasing import erase_person
from anlan.identity.states import DELETION_STEPS
from anlan.lib.dates import date_text, local_date
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.lib.states import advance


@transaction.atomic
def ask_deletion(
    person: Person, *, by: User, at: datetime, due_at: datetime | None = None, district: str = ""
) -> DeletionRequest:
    """Ask. Where no law keeps anything it is done at once; otherwise an official answers.

    `by` is the person, or who took the wish down at a desk (then `due_at` runs from its day).
    Raises `Refused` for somebody who works with the platform: the role has to end first.
    """
    if person.user and any(role != Role.LEARNER for role, _, _ in reach(person.user).grants):
        raise Refused("这个账号还有工作人员角色。", "请先请管理员结束这些角色，再申请删除。")
    plans = plan_for(person, at)
    days = int(ruling("rights.answer_days", at).value)
    shown = [
        {
            "key": one.kind.key,
            "title": one.kind.title,
            "until": one.until.isoformat() if one.until else "",
            "law": one.law,
        }
        for one in plans
        if one.rows or one.until
    ]
    try:
        with transaction.atomic():
            made = DeletionRequest.objects.create(
                person=person,
                shown=shown,
                asked_at=at,
                due_at=due_at or at + timedelta(days=days),
                district=district or district_of(person),
            )
    except IntegrityError as open_one:
        raise Refused("删除已经申请过，正在办理。", "可以在这一页查看进展或撤回。") from open_one
    record(person.subject, "deletion_asked", by=by, at=at, about=person.uid)
    if any(one.until for one in plans):
        due = date_text(local_date(made.due_at))
        _tell_officials(made, f"有一份删除个人信息的申请，{due}前答复", at=at, what="asked")
    else:
        advance(made, DeletionStatus.GRANTED, DELETION_STEPS, decided_at=at)
        carry_out(made, by=by, at=at)
    return made


@transaction.atomic
def withdraw_deletion(asked: DeletionRequest, *, by: User, at: datetime) -> None:
    """Think better of it, as long as nothing is deleted."""
    advance(asked, DeletionStatus.WITHDRAWN, DELETION_STEPS)
    record(asked.person.subject, "deletion_withdrawn", by=by, at=at, about=asked.person.uid)


@transaction.atomic
def decide_deletion(
    asked: DeletionRequest, *, grant: bool, reason: str, by: User, at: datetime
) -> None:
    """An official grants it, or refuses with the law that stands against it."""
    said = reason.strip()[:300]
    if not grant and not said:
        raise BadInput("不予删除要写明依据和理由。", "本人会看到，并可以据此投诉或起诉。")
    if asked.person.user_id == by.pk:
        raise NotAllowed("不能答复自己的申请。", "请另一位监管员办理。")
    if Wish.objects.filter(deletion=asked, recorded_by=by).exists():
        raise NotAllowed("登记这份申请的人不能答复它。", "请另一位监管员办理。")
    to = DeletionStatus.GRANTED if grant else DeletionStatus.REFUSED
    advance(asked, to, DELETION_STEPS, decided_by=by, decided_at=at, reason=said)
    record(
        asked.person.subject,
        "deletion_granted" if grant else "deletion_refused",
        by=by,
        at=at,
        about=asked.person.uid,
        reason=said,
    )
    if grant:
        carry_out(asked, by=by, at=at)
    elif asked.person.user is not None:
        notices.tell(
            [asked.person.user],
            "您的删除申请未获同意",
            at=at,
            dedupe=f"deletion:{asked.uid}",
            body=f"理由：{said}。不服的，可以向履行个人信息保护职责的部门投诉，或向人民法院起诉。",
            url=reverse("identity:delete_me"),
        )


@transaction.atomic
def carry_out(asked: DeletionRequest, *, by: User | None, at: datetime) -> bool:
    """Erase, unless something has to be over first (the worker tries again); whether it is done.

    The last text message goes to the phone that is forgotten with it.
    """
    if holds_on(asked.person):
        return False
    outcome = erase_person(asked.person, by=by, at=at)
    advance(asked, DeletionStatus.DONE, DELETION_STEPS, erased_at=at, outcome=outcome)
    return True


def remind_overdue(asked: DeletionRequest, *, at: datetime) -> None:
    """The clock has run out: district and city are told once more."""
    due = date_text(local_date(asked.due_at))
    _tell_officials(asked, f"删除个人信息的申请应于{due}前答复，已逾期", at=at, what="overdue")
    DeletionRequest.objects.filter(pk=asked.pk).update(reminded_at=at)


def _tell_officials(asked: DeletionRequest, title: str, *, at: datetime, what: str) -> None:
    users = users_with(Role.CITY_OFFICIAL, ScopeKind.CITY)
    if asked.district:
        users += users_with(Role.DISTRICT_OFFICIAL, ScopeKind.DISTRICT, asked.district)
    notices.tell(
        users,
        title,
        at=at,
        dedupe=f"deletion:{asked.uid}:{what}",
        url=reverse("identity:deletion", args=[asked.uid]),
    )
