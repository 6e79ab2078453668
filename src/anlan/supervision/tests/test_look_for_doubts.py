"""The job goes over classes: once, again after a while, and never a false word about a clean one."""

from datetime import timedelta

from anlan.classes.models import TrainingClass
from anlan.supervision.jobs import look_for_doubts
from anlan.supervision.models import Look, Ticket, TicketKind
from anlan.supervision.tests.scenes import count_heads
from anlan.testing.builders import a_closed_class
from anlan.testing.cast import NOW, Cast
from anlan.testing.classes import a_finished_class


def test_a_clean_class_is_looked_at_and_raises_nothing(cast: Cast) -> None:
    closed = a_closed_class(cast, learners=6, failing=[1])
    assert look_for_doubts(NOW) == 1
    assert look_for_doubts(NOW) == 0
    assert Look.objects.get().klass == closed
    assert not Ticket.objects.exists()
    assert look_for_doubts(NOW + timedelta(hours=7)) == 1
    assert look_for_doubts(NOW + timedelta(days=90)) == 0


def test_what_is_found_becomes_one_ticket_however_often_it_is_looked_at(cast: Cast) -> None:
    klass: TrainingClass = a_finished_class(cast, learners=12)
    count_heads(klass, 2)
    look_for_doubts(NOW)
    first = Ticket.objects.get()
    assert first.kind == TicketKind.HEAD_COUNT
    pieces = first.evidence.count()
    look_for_doubts(NOW + timedelta(hours=7))
    assert Ticket.objects.get().evidence.count() == pieces > 1
