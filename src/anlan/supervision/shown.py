"""Tickets, clocks and steps as a screen shows them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from anlan.foundation.ledger.queries import Happening
from anlan.foundation.ui.formats import cn_day, due_words
from anlan.foundation.ui.parts import Moment, Step
from anlan.supervision.models import (
    CallBack,
    Inquiry,
    SpotCheck,
    Ticket,
    TicketStatus,
)
from anlan.supervision.states import UNDECIDED

TONES = {
    TicketStatus.OPEN: "warn",
    TicketStatus.ASSIGNED: "run",
    TicketStatus.ASKED: "wait",
    TicketStatus.EXPLAINED: "warn",
    TicketStatus.CONFIRMED: "stop",
    TicketStatus.DISMISSED: "ok",
    TicketStatus.CLOSED: "idle",
}
VERB_TONES = {"doubt_confirmed": "stop", "doubt_dismissed": "ok", "doubt_reopened": "warn"}
STATIONS = (
    (TicketStatus.OPEN, "发现"),
    (TicketStatus.ASSIGNED, "核实"),
    (TicketStatus.ASKED, "请机构说明"),
    (TicketStatus.EXPLAINED, "机构说明"),
    (TicketStatus.CONFIRMED, "结论"),
    (TicketStatus.CLOSED, "结案"),
)


@dataclass(frozen=True)
class Line:
    """One row of a list with a clock that runs; `words` is empty when it has stopped."""

    item: Ticket | Inquiry | SpotCheck | CallBack
    words: str = ""
    clock: str = ""
    tone: str = ""


def ticket_lines(tickets: Iterable[Ticket], now: datetime) -> list[Line]:
    return [_ticket(one, now) for one in tickets]


def _ticket(ticket: Ticket, now: datetime) -> Line:
    words, clock = clock_of(ticket, now)
    return Line(ticket, words, clock, TONES[TicketStatus(ticket.status)])


def clock_of(ticket: Ticket, now: datetime) -> tuple[str, str]:
    """Words and tone of the decision's clock, while it runs."""
    return due_words(ticket.due_at, now) if ticket.status in UNDECIDED else ("", "")


def inquiry_lines(inquiries: Iterable[Inquiry], now: datetime) -> list[Line]:
    return [Line(one, *inquiry_clock(one, now)) for one in inquiries]


def inquiry_clock(inquiry: Inquiry, now: datetime) -> tuple[str, str]:
    stopped = inquiry.answered_at or inquiry.withdrawn_at
    return ("", "") if stopped else due_words(inquiry.due_at, now)


def call_lines(calls: Iterable[CallBack], now: datetime) -> list[Line]:
    return [Line(one, *(("", "") if one.at else due_words(one.due_at, now))) for one in calls]


def steps_of(ticket: Ticket, now: datetime) -> list[Step]:
    """Stations of a ticket; one that was not asked skips the provider's two."""
    status = TicketStatus(ticket.status)
    here = TicketStatus.CONFIRMED if status == TicketStatus.DISMISSED else status
    at = [one for one, _ in STATIONS].index(here)
    asked = any(True for _ in ticket.inquiries.all())
    found = []
    for n, (station, label) in enumerate(STATIONS):
        skipped = station in (TicketStatus.ASKED, TicketStatus.EXPLAINED) and not asked
        if skipped and n < at:
            continue
        done = n < at or status == TicketStatus.CLOSED
        word = ticket.get_status_display() if n == at and label == "结论" else label
        note = cn_day(ticket.found_at) if n == 0 else ""
        found.append(Step(word, "done" if done else "now" if n == at else "todo", note))
    return found


def moments_of(happenings: Iterable[Happening]) -> list[Moment]:
    """The newest first."""
    told = [
        Moment(one.at, one.sentence, one.who, VERB_TONES.get(one.verb, "")) for one in happenings
    ]
    return told[::-1]
