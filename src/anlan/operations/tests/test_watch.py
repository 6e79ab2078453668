"""The demonstration's doubts are planted by the services and stand in different states."""

from anlan.classes.models import TrainingClass
from anlan.operations.demo import watch
from anlan.operations.story.troupe import Officials
from anlan.supervision.models import CallBack, Draw, Ticket, TicketKind
from anlan.testing.builders import a_closed_class
from anlan.testing.cast import NOW, Cast
from anlan.testing.classes import a_finished_class


def test_tickets_in_several_states_a_draw_and_call_backs(cast: Cast) -> None:
    classes: list[TrainingClass] = [
        a_closed_class(cast, learners=10),
        a_finished_class(cast, learners=10),
    ]
    who = Officials(cast.city_official, cast.district_official)
    made = watch.put_on(watch.Stage(today=NOW, who=who, manager=cast.class_manager), classes)
    states = {(one.kind, one.status) for one in Ticket.objects.all()}
    assert made == len(states) >= 3
    assert (TicketKind.HEAD_COUNT, "closed") in states
    assert (TicketKind.HEAD_COUNT, "asked") in states
    assert (TicketKind.CALL_BACK, "open") in states
    assert set(CallBack.objects.values_list("status", flat=True)) == {"reached", "waiting"}
    assert Draw.objects.get().weights
    assert all(one.klass.is_synthetic for one in Ticket.objects.all() if one.klass)
