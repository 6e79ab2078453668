"""Call-backs: who is asked is drawn, what was said is kept from the provider."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from anlan.classes.models import Enrolment, TrainingClass
from anlan.classes.queries import COUNTED
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry
from anlan.foundation.ledger.services import Line, record, record_many
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date
from anlan.lib.masking import mask_name
from anlan.lib.refusals import BadInput
from anlan.lib.states import advance
from anlan.methods import sampling
from anlan.supervision.doubts import Doubt, class_facts, class_link
from anlan.supervision.models import CallBack, CallStatus, TicketKind
from anlan.supervision.scripts import call_back_script
from anlan.supervision.services.tickets import raise_doubt
from anlan.supervision.states import CALL_STEPS


@transaction.atomic
def draw_call_backs(klass: TrainingClass, *, at: datetime) -> list[CallBack]:
    """Draw a closed class's learners to be called, by the hash of the line that closed it."""
    rules = rulebook(local_date(at))
    closed = Entry.objects.filter(subject=klass.subject, verb="class_closed").last()
    if closed is None or CallBack.objects.filter(klass=klass).exists():
        return []
    people = klass.enrolments.filter(status__in=COUNTED).exclude(person__phone_index="")
    by_uid = {str(one.uid): one for one in people}
    seed = bytes(closed.leaf_hash).hex()
    drawn = sampling.draw(
        seed.encode(), dict.fromkeys(by_uid, 1), rules.whole("supervision.call_people")
    )
    due = at + timedelta(days=rules.number("supervision.call_days"))
    made = CallBack.objects.bulk_create(
        CallBack(enrolment=by_uid[uid], klass=klass, drawn_at=at, due_at=due) for uid in drawn
    )
    if made:
        record(klass.subject, "call_backs_drawn", by=None, at=at, people=len(made), seed=seed)
    return made


@transaction.atomic
def finish_call(
    call: CallBack,
    status: CallStatus,
    *,
    answers: Mapping[str, str],
    remark: str,
    by: User,
    at: datetime,
) -> CallBack:
    """Write down one try. Not reached, it is tried again until the rule's number of tries."""
    script = call_back_script(local_date(at))
    reached = status == CallStatus.REACHED
    if reached and (left := [q.text for q in script.questions if q.key not in answers]):
        raise BadInput(
            f"还有 {len(left)} 个问题没有记录回答。", "学员不愿回答的，请选「不愿受访」。"
        )
    tries = call.tries + 1
    most = rulebook(local_date(at)).whole("supervision.call_tries")
    over = status != CallStatus.NOT_REACHED or tries >= most
    advance(
        call,
        status,
        CALL_STEPS,
        version=script.version,
        answers=dict(answers) if reached else {},
        remark=remark.strip()[:300],
        tries=tries,
        by=by,
        at=at if over else None,
    )
    outcome = {"outcome": str(status.label), "tries": tries, "script": script.version}
    record_many(
        [
            Line(call.subject, "call_back_done", by, at, outcome),
            Line(call.klass.subject, "call_back_done", by, at, {"outcome": str(status.label)}),
        ]
    )
    differing = script.contradictions(answers) if reached else []
    if differing:
        raise_doubt(_doubt(call, differing), by=by, at=at)
    return call


def _doubt(call: CallBack, differing: list[tuple[str, str]]) -> Doubt:
    """The provider is asked about the class; who said what stays with the officials."""
    klass, person = call.klass, call.enrolment.person
    return Doubt(
        kind=TicketKind.CALL_BACK,
        provider=klass.provider,
        klass=klass,
        evidence=str(call.uid),
        said="学员回访中有情况与记录不一致，待核实。",
        facts=class_facts(klass),
        inner=[("学员", mask_name(person.name)), *differing],
        links=[class_link(klass)],
        subjects=[call.subject],
    )


def due_classes(at: datetime, most: int) -> list[TrainingClass]:
    """Closed classes of the last weeks from which nobody was drawn yet."""
    since = at - timedelta(days=rulebook(local_date(at)).number("supervision.look_days"))
    found = TrainingClass.objects.filter(closed_at__gte=since, closed_at__lte=at)
    drawn = CallBack.objects.values("klass")
    with_people = Enrolment.objects.filter(status__in=COUNTED).exclude(person__phone_index="")
    return list(
        found.exclude(pk__in=drawn).filter(pk__in=with_people.values("klass")).order_by("pk")[:most]
    )
