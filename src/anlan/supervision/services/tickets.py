"""Tickets: opened by a doubt, given to a person, put to the provider, concluded with a reason."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse

from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.services import Line, record, record_many
from anlan.foundation.notices.services import tell
from anlan.foundation.rules.queries import Rulebook, rulebook
from anlan.lib.dates import date_text, local_date
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.lib.states import advance
from anlan.proofs.canonical import canonical
from anlan.supervision import queries
from anlan.supervision.doubts import Doubt
from anlan.supervision.models import (
    Conclusion,
    ConclusionKind,
    Evidence,
    Inquiry,
    InquiryKind,
    Ticket,
    TicketStatus,
)
from anlan.supervision.states import SETTLED, TICKET_STEPS
from anlan.trainers.models import Trainer

QUESTION_MAX = 500
ANSWER_MAX = 2000
FILES_MAX = 6


@transaction.atomic
def raise_doubt(doubt: Doubt, *, by: User | None, at: datetime) -> Ticket:
    """Open a ticket, or add to the one of the same key; what is known already changes nothing.

    New evidence opens again what was settled.
    """
    ticket, new = _ticket(doubt, at)
    known = ticket.evidence.filter(key=doubt.evidence).exists()
    if known and not new:
        return ticket
    evidence = _evidence(ticket, doubt, at)
    if new:
        _line(ticket, "doubt_found", by, at, severity=_label(ticket), evidence=_digest(evidence))
        _tell(ticket, queries.first_told(ticket), "有新的疑点待指派", at)
    elif ticket.status in SETTLED:
        _reopen(ticket, at)
        _line(ticket, "doubt_reopened", by, at, evidence=_digest(evidence))
        _tell(ticket, queries.first_told(ticket), "有新材料，疑点重新核实", at)
    else:
        _line(ticket, "doubt_grew", by, at, evidence=_digest(evidence))
        if ticket.assignee:
            _tell(ticket, [ticket.assignee], "疑点新增材料", at)
    return ticket


@transaction.atomic
def assign_ticket(ticket: Ticket, to: User, *, by: User, at: datetime) -> None:
    """Give a ticket to an official who decides where it lies."""
    if to not in queries.may_take(ticket):
        raise BadInput(f"{to.name}不是该区县的经办人员。", "请从名单中选择。")
    advance(ticket, TicketStatus.ASSIGNED, TICKET_STEPS, assignee=to)
    _line(ticket, "doubt_assigned", by, at, to=f"user/{to.uid}")
    _tell(ticket, [to], "有疑点指派给您核实", at)


@transaction.atomic
def ask_provider(ticket: Ticket, question: str, *, by: User, at: datetime) -> Inquiry:
    """Put the facts to the provider and ask for an explanation within the rule's days."""
    said = _said(question, "请写明需要机构说明什么。", QUESTION_MAX)
    advance(ticket, TicketStatus.ASKED, TICKET_STEPS)
    inquiry = _inquire(ticket, InquiryKind.EXPLAIN, said, by, at)
    _line(ticket, "doubt_asked", by, at, inquiry=str(inquiry.uid), due=_day(inquiry.due_at))
    _tell_provider(inquiry, "请对一处疑点作出说明", at)
    return inquiry


@transaction.atomic
def answer_inquiry(
    inquiry: Inquiry, text: str, files: Sequence[StoredFile], *, by: User, at: datetime
) -> None:
    """The provider's one answer: words, and what shows that they are so."""
    said = _said(text, "请写明情况。", ANSWER_MAX)
    if len(files) > FILES_MAX:
        raise BadInput(f"一次最多上传 {FILES_MAX} 个文件。", "请合并后再提交。")
    waiting = queries.unanswered(Inquiry.objects.filter(pk=inquiry.pk))
    if not waiting.update(answer=said, answered_by=by, answered_at=at):
        raise NotAllowed("这条问询已经答复或已作出结论。", "请刷新页面查看。")
    inquiry.files.set(files)
    ticket = inquiry.ticket
    verb = "order_answered"
    if inquiry.kind == InquiryKind.EXPLAIN:
        verb = "doubt_explained"
        advance(ticket, TicketStatus.EXPLAINED, TICKET_STEPS)
    hashes = [file.sha256 for file in files]
    told = hashlib.sha256(said.encode()).hexdigest()
    _line(ticket, verb, by, at, files=len(files), sha256=hashes, text=told)
    if ticket.assignee:
        _tell(ticket, [ticket.assignee], "培训机构已答复", at)


@transaction.atomic
def confirm_ticket(ticket: Ticket, reason: str, *, order: str, by: User, at: datetime) -> None:
    """The doubt is borne out: the provider and the trainers it names are told, and what to mend.

    Only after the provider was heard, or has let the clock run out.
    """
    said = _said(reason, "请写明认定的依据。", QUESTION_MAX)
    _require_heard(ticket, at)
    _conclude(ticket, TicketStatus.CONFIRMED, ConclusionKind.CONFIRMED, said, order, by, at)
    if order.strip():
        inquiry = _inquire(ticket, InquiryKind.RECTIFY, order.strip()[:QUESTION_MAX], by, at)
        _tell_provider(inquiry, "请按要求整改", at)
    else:
        title = f"疑点认定属实：{ticket.get_kind_display()}"
        tell(queries.managers_of(ticket.provider), title, at=at, dedupe=_dedupe(ticket, at))
    _note_trainers(ticket, by, at)


@transaction.atomic
def dismiss_ticket(ticket: Ticket, reason: str, *, by: User, at: datetime) -> None:
    """There is an honest explanation; it is kept with the doubt."""
    said = _said(reason, "请写明排除的依据。", QUESTION_MAX)
    asked = ticket.inquiries.exists()
    _conclude(ticket, TicketStatus.DISMISSED, ConclusionKind.DISMISSED, said, "", by, at)
    if asked:
        title = f"疑点已排除：{ticket.get_kind_display()}"
        tell(queries.managers_of(ticket.provider), title, at=at, dedupe=_dedupe(ticket, at))


@transaction.atomic
def close_ticket(ticket: Ticket, *, by: User, at: datetime) -> None:
    """Nothing more is to be done: dismissed, or put right, or the time for it is over."""
    waiting = queries.unanswered(Inquiry.objects.filter(ticket=ticket)).first()
    if waiting is not None and at <= waiting.due_at:
        raise NotAllowed(
            f"机构的整改期限到 {date_text(local_date(waiting.due_at))}，还没有报告整改情况。",
            "收到报告或到期后再结案。",
        )
    advance(ticket, TicketStatus.CLOSED, TICKET_STEPS, closed_at=at)
    _withdraw(ticket, at)
    _line(ticket, "doubt_closed", by, at)


def _ticket(doubt: Doubt, at: datetime) -> tuple[Ticket, bool]:
    found = Ticket.objects.select_for_update().filter(key=doubt.key).first()
    if found is not None:
        return found, False
    ticket = _new(doubt, at)
    try:
        with transaction.atomic():
            ticket.save()
    except IntegrityError:  # another worker found it a moment ago
        return Ticket.objects.select_for_update().get(key=doubt.key), False
    return ticket, True


def _new(doubt: Doubt, at: datetime) -> Ticket:
    rules, klass = rulebook(local_date(at)), doubt.klass
    severity = rules.ruling("supervision.severity").value[doubt.kind.value]
    return Ticket(
        kind=doubt.kind,
        key=doubt.key,
        klass=klass,
        provider=doubt.provider,
        district=klass.district if klass else doubt.provider.district,
        industry=klass.industry if klass else doubt.provider.key_industry,
        subjects=list(doubt.subjects),
        severity=severity,
        found_at=at,
        due_at=_due(severity, rules, at),
    )


def _due(severity: str, rules: Rulebook, at: datetime) -> datetime:
    return at + timedelta(days=rules.ruling("supervision.days").value[severity])


def _evidence(ticket: Ticket, doubt: Doubt, at: datetime) -> Evidence:
    evidence = Evidence.objects.create(
        ticket=ticket,
        key=doubt.evidence,
        said=doubt.said[:300],
        facts=[list(fact) for fact in doubt.facts],
        inner=[list(fact) for fact in doubt.inner],
        links=list(doubt.links),
        pictures=list(doubt.pictures),
        found_at=at,
    )
    fresh = [one for one in doubt.subjects if one not in ticket.subjects]
    if fresh:
        ticket.subjects = [*ticket.subjects, *fresh]
        Ticket.objects.filter(pk=ticket.pk).update(subjects=ticket.subjects)
    return evidence


def _digest(evidence: Evidence) -> str:
    """The evidence's hash for the ledger: it holds masked names and stays out of the leaf."""
    held = {
        "key": evidence.key,
        "said": evidence.said,
        "facts": evidence.facts,
        "inner": evidence.inner,
        "pictures": evidence.pictures,
    }
    return hashlib.sha256(canonical(held)).hexdigest()


def _reopen(ticket: Ticket, at: datetime) -> None:
    due = _due(ticket.severity, rulebook(local_date(at)), at)
    advance(ticket, TicketStatus.OPEN, TICKET_STEPS, assignee=None, due_at=due, closed_at=None)


def _inquire(ticket: Ticket, kind: InquiryKind, question: str, by: User, at: datetime) -> Inquiry:
    key = "explain_days" if kind == InquiryKind.EXPLAIN else "order_days"
    days = rulebook(local_date(at)).number(f"supervision.{key}")
    return Inquiry.objects.create(
        ticket=ticket,
        kind=kind,
        question=question,
        asked_by=by,
        asked_at=at,
        due_at=at + timedelta(days=days),
    )


def _require_heard(ticket: Ticket, at: datetime) -> None:
    asked = ticket.inquiries.filter(kind=InquiryKind.EXPLAIN).last()
    if ticket.status == TicketStatus.ASKED and asked is not None and at <= asked.due_at:
        raise Refused(
            f"机构的说明期限到 {date_text(local_date(asked.due_at))}。",
            "收到说明或到期后再作认定。",
        )
    if asked is None or ticket.status == TicketStatus.ASSIGNED:
        raise Refused("认定属实之前要先听取机构说明。", "请先点「请机构说明」。")


def _conclude(
    ticket: Ticket,
    to: TicketStatus,
    kind: ConclusionKind,
    reason: str,
    order: str,
    by: User,
    at: datetime,
) -> None:
    """The outcome stands on the ticket and in the class's own record."""
    advance(ticket, to, TICKET_STEPS)
    _withdraw(ticket, at)
    order = order.strip()[:QUESTION_MAX]
    Conclusion.objects.create(ticket=ticket, kind=kind, reason=reason, order=order, by=by, at=at)
    word = str(ticket.get_kind_display())
    # The words may name people: the leaf has their hash, the ticket has the words.
    told = {"kind": word, "text": hashlib.sha256(f"{reason}\n{order}".encode()).hexdigest()}
    lines = [Line(ticket.subject, f"doubt_{kind.value}", by, at, told)]
    outcome = {"kind": word, "conclusion": str(kind.label), "ticket": ticket.subject}
    where = ticket.klass.subject if ticket.klass else ticket.provider.subject
    lines.append(Line(where, "doubt_concluded", by, at, outcome))
    record_many(lines)


def _withdraw(ticket: Ticket, at: datetime) -> None:
    """What was asked and not answered is not waited for any longer."""
    queries.unanswered(Inquiry.objects.filter(ticket=ticket)).update(withdrawn_at=at)


def _note_trainers(ticket: Ticket, by: User, at: datetime) -> None:
    """The trainers that the doubt names: a line in their record, a notice to those with a desk."""
    uids = [one.partition("/")[2] for one in ticket.subjects if one.startswith("trainer/")]
    trainers = list(Trainer.objects.filter(uid__in=uids).select_related("user"))
    said = {"kind": str(ticket.get_kind_display()), "conclusion": "属实", "ticket": ticket.subject}
    record_many([Line(one.subject, "doubt_concluded", by, at, said) for one in trainers])
    users = [one.user for one in trainers if one.user]
    title = f"与您有关的一处疑点认定属实：{ticket.get_kind_display()}"
    tell(users, title, at=at, dedupe=_dedupe(ticket, at))


def _line(ticket: Ticket, verb: str, by: User | None, at: datetime, **data: Any) -> None:
    word = str(ticket.get_kind_display())
    record(ticket.subject, verb, by=by, at=at, kind=word, **data)


def _tell(ticket: Ticket, users: Sequence[User], title: str, at: datetime) -> None:
    klass = ticket.klass
    where = f"{klass.title}（{klass.number}）" if klass else ticket.provider.name
    tell(
        users,
        f"{title}：{ticket.get_kind_display()}",
        body=f"{where}，{date_text(local_date(ticket.due_at))}前核实。",
        url=reverse("supervision:ticket", args=[ticket.uid]),
        at=at,
        dedupe=_dedupe(ticket, at),
    )


def _tell_provider(inquiry: Inquiry, title: str, at: datetime) -> None:
    tell(
        queries.managers_of(inquiry.ticket.provider),
        title,
        body=f"请在 {date_text(local_date(inquiry.due_at))}前答复。",
        url=reverse("supervision:inquiry", args=[inquiry.uid]),
        at=at,
        dedupe=f"inquiry/{inquiry.uid}",
    )


def _dedupe(ticket: Ticket, at: datetime) -> str:
    return f"{ticket.subject}/{at.timestamp():.6f}"


def _label(ticket: Ticket) -> str:
    return str(ticket.get_severity_display())


def _day(at: datetime) -> str:
    return local_date(at).isoformat()


def _said(text: str, missing: str, most: int) -> str:
    said = text.strip()
    if not said:
        raise BadInput(missing, "内容会记入台账，并可能给机构看。")
    if len(said) > most:
        raise BadInput(f"最多 {most} 字，现在有 {len(said)} 字。", "请精简，或作为附件上传。")
    return said
