"""Call-backs: drawn by a hash, asked by script, kept from the provider."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from anlan.classes.models import TrainingClass
from anlan.foundation.ledger.models import Entry
from anlan.foundation.ledger.queries import timeline
from anlan.identity.models import Reveal
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.methods import sampling
from anlan.supervision.jobs import draw_call_backs
from anlan.supervision.models import CallBack, CallStatus, Ticket
from anlan.supervision.services.calls import finish_call
from anlan.testing.builders import a_closed_class
from anlan.testing.cast import NOW, Cast
from anlan.testing.queries import counted

Enter = Callable[[object], Client]
AS_RECORDED = {"came": "yes", "trainer": "agrees", "exam": "yes", "money": "no"}


@pytest.fixture
def closed(cast: Cast) -> TrainingClass:
    return a_closed_class(cast, learners=4)


@pytest.fixture
def call(closed: TrainingClass) -> CallBack:
    draw_call_backs(NOW)
    return CallBack.objects.order_by("id")[0]


def test_who_is_called_is_drawn_once_by_the_hash_of_the_close(closed: TrainingClass) -> None:
    assert draw_call_backs(NOW) == 1
    assert draw_call_backs(NOW) == 0
    entry = Entry.objects.get(subject=closed.subject, verb="class_closed")
    people = {str(one.uid): 1 for one in closed.enrolments.all()}
    expected = sampling.draw(bytes(entry.leaf_hash).hex().encode(), people, 2)
    drawn = CallBack.objects.order_by("id").values_list("enrolment__uid", flat=True)
    assert [str(uid) for uid in drawn] == expected
    assert "抽取 2 名学员回访" in [one.sentence for one in timeline([closed.subject])]


def test_a_call_that_agrees_is_counted_and_no_more(
    cast: Cast, closed: TrainingClass, call: CallBack
) -> None:
    finish_call(
        call, CallStatus.REACHED, answers=AS_RECORDED, remark="", by=cast.district_official, at=NOW
    )
    assert not Ticket.objects.exists()
    assert "一次学员回访：已回访" in [one.sentence for one in timeline([closed.subject])]
    with pytest.raises(NotAllowed):
        finish_call(
            call, CallStatus.REFUSED, answers={}, remark="", by=cast.district_official, at=NOW
        )


def test_a_contradiction_opens_a_ticket_that_hides_who_said_what(
    cast: Cast, closed: TrainingClass, call: CallBack
) -> None:
    said = AS_RECORDED | {"exam": "no"}
    finish_call(
        call, CallStatus.REACHED, answers=said, remark="", by=cast.district_official, at=NOW
    )
    evidence = Ticket.objects.get().evidence.get()
    assert ["结业考试是您本人答的题吗？", "别人代考"] in evidence.inner
    open_part = str(evidence.facts) + evidence.said
    assert "代考" not in open_part
    assert call.enrolment.person.name[0] + "*" not in open_part
    leaves = Entry.objects.filter(subject__in=[call.subject, closed.subject]).values_list(
        "leaf", flat=True
    )
    assert not any("代考" in leaf for leaf in leaves)


def test_not_reached_is_tried_again_three_times(cast: Cast, call: CallBack) -> None:
    for tries in (1, 2, 3):
        assert call.at is None
        finish_call(
            call, CallStatus.NOT_REACHED, answers={}, remark="", by=cast.city_official, at=NOW
        )
        call.refresh_from_db()
        assert call.tries == tries
    assert call.at == NOW


def test_every_question_wants_its_answer(cast: Cast, call: CallBack) -> None:
    with pytest.raises(BadInput):
        finish_call(
            call,
            CallStatus.REACHED,
            answers={"came": "yes"},
            remark="",
            by=cast.city_official,
            at=NOW,
        )
    call.refresh_from_db()
    assert (call.status, call.tries) == (CallStatus.WAITING, 0)


def test_the_number_is_shown_once_for_a_reason_that_the_learner_can_read(
    cast: Cast, closed: TrainingClass, call: CallBack, browser_of: Enter
) -> None:
    browser, person = browser_of(cast.district_official), call.enrolment.person
    sheet = browser.get(reverse("supervision:call", args=[call.uid])).content.decode()
    assert person.phone not in sheet
    assert person.name not in sheet
    shown = browser.post(reverse("supervision:reveal", args=[call.uid])).content.decode()
    assert person.phone in shown
    assert person.name in shown
    assert {one.reason for one in Reveal.objects.all()} == {f"培训回访：{closed.number}"}
    assert (
        person.phone
        not in browser.get(reverse("supervision:call", args=[call.uid])).content.decode()
    )


def test_only_officials_who_decide_there_call(
    cast: Cast, call: CallBack, browser_of: Enter
) -> None:
    for user in (cast.class_manager, cast.other_district_official, cast.outsider):
        browser = browser_of(user)
        assert browser.get(reverse("supervision:call", args=[call.uid])).status_code == 404
        for act in ("reveal", "finish_call"):
            where = reverse(f"supervision:{act}", args=[call.uid])
            assert browser.post(where, {"status": "refused"}).status_code == 404
    assert not Reveal.objects.exists()
    call.refresh_from_db()
    assert call.status == CallStatus.WAITING


def test_from_the_list_to_the_answer(cast: Cast, call: CallBack, browser_of: Enter) -> None:
    browser = browser_of(cast.district_official)
    calls = reverse("supervision:calls")
    assert str(call.uid) in browser.get(calls).content.decode()
    with counted("supervision:calls"):
        browser.get(calls)
    where = reverse("supervision:finish_call", args=[call.uid])
    assert browser.post(where, {}).status_code == 422
    answers = {f"q_{key}": value for key, value in AS_RECORDED.items()}
    assert browser.post(where, {**answers, "status": "reached"}).status_code == 302
    assert str(call.uid) not in browser.get(calls).content.decode()
    assert str(call.uid) in browser.get(calls, {"state": "reached"}).content.decode()
    shown = browser.get(reverse("supervision:call", args=[call.uid])).content.decode()
    assert "本人作答" in shown


def test_nothing_to_call_says_what_will_come(cast: Cast, browser_of: Enter) -> None:
    shown = browser_of(cast.city_official).get(reverse("supervision:calls")).content.decode()
    assert "没有要打的回访电话" in shown
