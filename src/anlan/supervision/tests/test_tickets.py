"""A ticket from the doubt to the close: one hand at a time, every step in the ledger."""

from datetime import timedelta

import pytest

from anlan.classes.models import TrainingClass
from anlan.foundation.ledger.models import Entry
from anlan.foundation.ledger.queries import timeline
from anlan.foundation.notices.models import Notice
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.supervision.models import Inquiry, Ticket, TicketStatus
from anlan.supervision.services.tickets import (
    answer_inquiry,
    ask_provider,
    assign_ticket,
    close_ticket,
    confirm_ticket,
    dismiss_ticket,
    raise_doubt,
)
from anlan.supervision.tests.scenes import a_doubt, a_ticket
from anlan.testing.cast import NOW, Cast

LATER = NOW + timedelta(hours=3)


@pytest.fixture
def ticket(klass: TrainingClass) -> Ticket:
    return a_ticket(klass)


def verbs(ticket: Ticket) -> list[str]:
    return list(Entry.objects.filter(subject=ticket.subject).values_list("verb", flat=True))


def take(ticket: Ticket, cast: Cast) -> None:
    assign_ticket(ticket, cast.district_official, by=cast.district_official, at=NOW)


def asked(ticket: Ticket, cast: Cast) -> Inquiry:
    take(ticket, cast)
    return ask_provider(ticket, "请说明人数不一致的原因", by=cast.district_official, at=NOW)


def explained(ticket: Ticket, cast: Cast) -> Inquiry:
    inquiry = asked(ticket, cast)
    answer_inquiry(inquiry, "摄像机只拍到前半个教室", [], by=cast.class_manager, at=LATER)
    return inquiry


def test_a_doubt_opens_a_ticket_with_a_clock_and_tells_the_district(
    cast: Cast, ticket: Ticket
) -> None:
    assert ticket.status == TicketStatus.OPEN
    assert ticket.severity == "middle"
    assert ticket.due_at == NOW + timedelta(days=10)
    assert verbs(ticket) == ["doubt_found"]
    assert Notice.objects.filter(user=cast.district_official).exists()
    assert not Notice.objects.filter(user=cast.class_manager, title__contains="疑点").exists()


def test_the_same_finding_opens_once(klass: TrainingClass, ticket: Ticket) -> None:
    assert a_ticket(klass) == ticket
    assert ticket.evidence.count() == 1
    assert verbs(ticket) == ["doubt_found"]


def test_another_finding_of_the_kind_grows_the_evidence(
    klass: TrainingClass, ticket: Ticket
) -> None:
    assert a_ticket(klass, evidence="two", subjects=["session/x"]) == ticket
    ticket.refresh_from_db()
    assert ticket.evidence.count() == 2
    assert "session/x" in ticket.subjects
    assert verbs(ticket) == ["doubt_found", "doubt_grew"]


def test_the_leaf_holds_a_hash_and_no_facts(ticket: Ticket) -> None:
    leaf = Entry.objects.get(subject=ticket.subject).leaf
    assert "12 人" not in leaf
    assert "签到" not in leaf


def test_only_an_official_of_the_place_takes_it(cast: Cast, ticket: Ticket) -> None:
    with pytest.raises(BadInput):
        assign_ticket(ticket, cast.other_district_official, by=cast.city_official, at=NOW)
    with pytest.raises(BadInput):
        assign_ticket(ticket, cast.class_manager, by=cast.city_official, at=NOW)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.assignee) == (TicketStatus.OPEN, None)
    take(ticket, cast)
    assert ticket.assignee == cast.district_official


def test_nothing_is_confirmed_before_the_provider_was_heard(cast: Cast, ticket: Ticket) -> None:
    take(ticket, cast)
    with pytest.raises(Refused, match="先听取机构说明"):
        confirm_ticket(ticket, "人数不符", order="", by=cast.district_official, at=NOW)
    inquiry = ask_provider(ticket, "请说明", by=cast.district_official, at=NOW)
    with pytest.raises(Refused, match="说明期限"):
        confirm_ticket(ticket, "人数不符", order="", by=cast.district_official, at=LATER)
    ticket.refresh_from_db()
    assert ticket.status == TicketStatus.ASKED
    assert not ticket.conclusions.exists()
    over = inquiry.due_at + timedelta(minutes=1)
    confirm_ticket(ticket, "逾期未说明", order="", by=cast.district_official, at=over)
    inquiry.refresh_from_db()
    assert inquiry.withdrawn_at == over


def test_a_provider_answers_once(cast: Cast, ticket: Ticket) -> None:
    inquiry = explained(ticket, cast)
    assert Ticket.objects.get(pk=ticket.pk).status == TicketStatus.EXPLAINED
    with pytest.raises(NotAllowed):
        answer_inquiry(inquiry, "另一种说法", [], by=cast.class_manager, at=LATER)
    inquiry.refresh_from_db()
    assert inquiry.answer == "摄像机只拍到前半个教室"
    assert Notice.objects.filter(user=cast.district_official, title__contains="已答复").exists()


def test_dismissed_stands_in_the_class_record(
    cast: Cast, klass: TrainingClass, ticket: Ticket
) -> None:
    explained(ticket, cast)
    ticket.refresh_from_db()
    dismiss_ticket(ticket, "现场照片可见全部学员", by=cast.district_official, at=LATER)
    close_ticket(ticket, by=cast.district_official, at=LATER)
    said = [one.sentence for one in timeline([klass.subject])]
    assert "疑点核实（人数不符）：排除" in said
    assert verbs(ticket)[-2:] == ["doubt_dismissed", "doubt_closed"]
    leaves = Entry.objects.filter(subject__in=[ticket.subject, klass.subject])
    assert not any("现场照片" in leaf for leaf in leaves.values_list("leaf", flat=True))


def test_confirmed_tells_the_provider_and_the_trainer_what_to_mend(
    cast: Cast, klass: TrainingClass
) -> None:
    trainer = klass.sessions.all()[0].trainer
    trainer.user = cast.trainer_user
    trainer.save()
    ticket = a_ticket(klass, subjects=[klass.subject, trainer.subject])
    explained(ticket, cast)
    ticket.refresh_from_db()
    confirm_ticket(ticket, "签到人数虚高", order="核对名单", by=cast.district_official, at=LATER)
    order = ticket.inquiries.get(kind="rectify")
    assert order.due_at == LATER + timedelta(days=15)
    assert Notice.objects.filter(user=cast.trainer_user, title__contains="属实").exists()
    assert [one.verb for one in timeline([trainer.subject])][-1] == "doubt_concluded"
    with pytest.raises(NotAllowed, match="整改期限"):
        close_ticket(ticket, by=cast.district_official, at=LATER)
    answer_inquiry(order, "名单已核对", [], by=cast.class_manager, at=LATER)
    close_ticket(ticket, by=cast.district_official, at=LATER)
    assert Ticket.objects.get(pk=ticket.pk).status == TicketStatus.CLOSED


def test_new_evidence_opens_it_again(cast: Cast, klass: TrainingClass, ticket: Ticket) -> None:
    take(ticket, cast)
    dismiss_ticket(ticket, "已核实", by=cast.district_official, at=NOW)
    close_ticket(ticket, by=cast.district_official, at=NOW)
    raise_doubt(a_doubt(klass), by=None, at=LATER)
    assert Ticket.objects.get(pk=ticket.pk).status == TicketStatus.CLOSED
    raise_doubt(a_doubt(klass, evidence="two"), by=None, at=LATER)
    again = Ticket.objects.get(pk=ticket.pk)
    assert (again.status, again.assignee, again.closed_at) == (TicketStatus.OPEN, None, None)
    assert again.due_at == LATER + timedelta(days=10)
    assert again.conclusions.count() == 1
    assert verbs(again)[-1] == "doubt_reopened"


def test_what_was_confirmed_is_not_opened_by_more_of_it(
    cast: Cast, klass: TrainingClass, ticket: Ticket
) -> None:
    explained(ticket, cast)
    ticket.refresh_from_db()
    confirm_ticket(ticket, "属实", order="", by=cast.district_official, at=LATER)
    raise_doubt(a_doubt(klass, evidence="two"), by=None, at=LATER)
    assert Ticket.objects.get(pk=ticket.pk).status == TicketStatus.CONFIRMED


def test_reasons_are_wanted(cast: Cast, ticket: Ticket) -> None:
    take(ticket, cast)
    with pytest.raises(BadInput):
        dismiss_ticket(ticket, "  ", by=cast.district_official, at=NOW)
    with pytest.raises(BadInput):
        ask_provider(ticket, "", by=cast.district_official, at=NOW)
    assert Ticket.objects.get(pk=ticket.pk).status == TicketStatus.ASSIGNED
