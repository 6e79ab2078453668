"""Setting sittings for people, and what the clock does to them."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from anlan.assessments.lines import sitting_line
from anlan.assessments.models import PaperRule, Sitting, SittingStatus
from anlan.assessments.papers import IDENTITY
from anlan.assessments.queries import composition_of, shortages
from anlan.assessments.services.answers import overdue
from anlan.assessments.services.hands import Hand, locked
from anlan.assessments.services.submission import submit_locked
from anlan.assessments.states import SITTING_STEPS
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record_many
from anlan.foundation.rules.queries import Rulebook, rulebook
from anlan.identity.models import Person
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, Refused
from anlan.lib.states import advance
from anlan.organizations.models import Organization

MOST_A_RUN = 200


@transaction.atomic
def schedule_sittings(
    persons: Iterable[Person],
    *,
    title: str,
    industry: str,
    rules: Rulebook,
    opens_at: datetime,
    closes_at: datetime,
    by: User | None,
    at: datetime,
    avoid: Mapping[int, Sitting] | None = None,
    owner: Organization | None = None,
    paper_rule: PaperRule | None = None,
) -> list[Sitting]:
    """One sitting for each person, with today's rules frozen in it.

    `avoid` is person id → an earlier sitting whose questions should not come again; `owner` lets
    a provider's own banks be drawn from beside the city's. A `paper_rule` says what the papers hold
    instead of the rule book.
    """
    if closes_at <= opens_at:
        raise BadInput("考试的截止时间不能早于开放时间。", "请重新填写考试时间。")
    terms = terms_of(paper_rule) if paper_rule else _terms(rules)
    terms["composition"] = _with_identity(terms["composition"], rules)
    _check_banks(industry, owner, terms["composition"])
    earlier = avoid or {}
    drafts = [
        Sitting(
            person=person,
            title=title[:120],
            industry=industry,
            owner=owner,
            opens_at=opens_at,
            closes_at=closes_at,
            avoid=_item_ids(earlier.get(person.pk)),
            **terms,
        )
        for person in persons
    ]
    made = Sitting.objects.bulk_create(drafts, batch_size=500)
    record_many([sitting_line(sitting, "sitting_scheduled", by, at) for sitting in made])
    return made


@transaction.atomic
def void_sitting(sitting: Sitting, *, by: User, at: datetime, reason: str) -> None:
    """Take back a sitting that is not submitted yet, because its class or day has changed."""
    advance(sitting, SittingStatus.VOID, SITTING_STEPS)
    record_many([sitting_line(sitting, "sitting_voided", by, at, reason=reason)])


@transaction.atomic
def submit_overdue(at: datetime) -> int:
    """Job: sittings whose time and grace are over are submitted with what was saved in time.

    What an outage of the server has cost them is given back first.
    """
    grace = timedelta(seconds=rulebook(local_date(at)).number("exam.grace_seconds"))
    over = Sitting.objects.filter(status=SittingStatus.STARTED, deadline__lt=at - grace)
    uids = over.order_by("deadline").values_list("uid", flat=True)[:MOST_A_RUN]
    hands = [Hand(sitting, None, at) for sitting in locked(uids).values()]
    late = overdue(hands)
    closing = [hand for hand in hands if hand.sitting.pk in late]
    submit_locked(closing)
    return len(closing)


@transaction.atomic
def lapse_missed(at: datetime) -> int:
    """Job: sittings that nobody came to before they closed."""
    missed = Sitting.objects.filter(status=SittingStatus.READY, closes_at__lte=at)
    found = list(missed.select_related("person").order_by("closes_at")[:MOST_A_RUN])
    for sitting in found:
        advance(sitting, SittingStatus.LAPSED, SITTING_STEPS)
    record_many([sitting_line(sitting, "sitting_lapsed", None, at) for sitting in found])
    return len(found)


def _with_identity(composition: dict[str, Any], rules: Rulebook) -> dict[str, Any]:
    """Whether identity is checked before the start, by the rule of the exam's day."""
    ruling = rules.rulings.get("identity.check_exam")
    if ruling is None or not int(ruling.value):
        return composition
    return {**composition, IDENTITY: 1}


def _terms(rules: Rulebook) -> dict[str, Any]:
    return {
        "composition": rules.ruling("exam.composition").value,
        "weights": rules.ruling("exam.weights").value,
        "minutes": rules.whole("exam.minutes"),
        "pass_mark": Decimal(str(rules.number("exam.pass_mark"))),
    }


def terms_of(rule: PaperRule) -> dict[str, Any]:
    """What a sitting freezes of a paper rule."""
    return {
        "composition": composition_of(rule),
        "weights": rule.weights,
        "minutes": rule.minutes,
        "pass_mark": rule.pass_mark,
    }


def _check_banks(industry: str, owner: Organization | None, composition: dict[str, Any]) -> None:
    short = shortages(composition, industry, owner)
    if short:
        raise Refused(
            f"题库题量不足，无法组卷：{'；'.join(short)}。",
            "请先在「题库」中导入题目，或改用题量足够的行业。",
        )


def _item_ids(sitting: Sitting | None) -> list[int]:
    return [] if sitting is None else [question["item"] for question in sitting.questions]
