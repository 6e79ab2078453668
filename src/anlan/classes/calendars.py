"""A class's half-days as a calendar file (RFC 5545) for a phone."""

from collections.abc import Iterable
from datetime import datetime

from icalendar import Calendar, Event

from anlan.classes.models import Session, Status, TrainingClass


def calendar_file(klass: TrainingClass, sessions: Iterable[Session], *, at: datetime) -> bytes:
    """One event a half-day; the uid stays, so a changed day moves instead of doubling."""
    book = Calendar()
    book.add("prodid", "-//anlan//classes//ZH")
    book.add("version", "2.0")
    book.add("method", "PUBLISH")
    for session in sessions:
        if session.register:
            book.add_component(_event(klass, session, at))
    return bytes(book.to_ical())


def _event(klass: TrainingClass, session: Session, at: datetime) -> Event:
    event = Event()
    register = session.register
    assert register is not None
    event.add("uid", f"session-{session.uid}@anlan")
    event.add("dtstamp", at)
    event.add("dtstart", register.starts_at)
    event.add("dtend", register.ends_at)
    event.add("summary", f"{klass.title}：{session.topic}")
    event.add("location", session.place)
    event.add("description", f"班号 {klass.number}，讲师 {session.trainer.name}。")
    event.add("status", "CANCELLED" if klass.status == Status.CANCELLED else "CONFIRMED")
    return event
