"""Asking the national identity network, in the background; what a person at work makes of it.

Every question is a ledger line before it leaves, with a salted commitment to what was asked. No
transaction is open while it is on its way, and nobody waits for the answer.
"""

import time
from datetime import datetime, timedelta

from django.db import transaction

from anlan.foundation.access import limits
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record
from anlan.foundation.rules.queries import rulebook
from anlan.identity.models import NetworkAnswer, NetworkCheck, Person
from anlan.identity.network import IdentityNetwork
from anlan.identity.queries import network as queries
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, NotAllowed

MOST_A_ROUND = 500
ROUND_SECONDS = 5.0
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
LOST = timedelta(minutes=10)  # a worker killed in the middle of a question: then once more


def note_new_people(at: datetime) -> int:
    """Who was registered since the rule has been on is asked about; a bounded part of them."""
    since = queries.asked_since(local_date(at))
    if since is None:
        return 0
    people = list(queries.people_to_ask_about(since)[:MOST_A_ROUND])
    made = [NetworkCheck(person=person, at=at, due_at=at) for person in people]
    NetworkCheck.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def ask_network(network: IdentityNetwork, *, at: datetime) -> int:
    """Ask about those who are due, for some seconds; one that is unavailable ends the round.

    The day's cap counts every question that left. Returns how many were answered.
    """
    book = rulebook(local_date(at))
    left = book.whole("identity.network_day_max") - queries.asked_today(at)
    began, answered = time.monotonic(), 0
    for check in queries.checks_due(at)[: max(left, 0)]:
        if not _ask_about(check, network, book.whole("identity.network_tries_max"), at):
            break
        answered += 1
        if time.monotonic() - began > ROUND_SECONDS:
            break
    return answered


def _ask_about(check: NetworkCheck, network: IdentityNetwork, tries_max: int, at: datetime) -> bool:
    """True when there is an answer, or somebody else has the question in hand."""
    person = check.person
    if check.tries >= tries_max:  # the worker was killed, or the adapter failed, every time
        _give_up(check, at)
        return True
    if not _note_question(check, person, network, at):
        return True
    try:
        answer = network.ask(person.name, person.id_number, at=at)
    except OSError:
        _note_silence(check, tries_max, at)
        return False
    _note_answer(check, answer, at)
    return True


@transaction.atomic
def _note_question(
    check: NetworkCheck, person: Person, network: IdentityNetwork, at: datetime
) -> bool:
    """The line that somebody asks, before anything leaves; False when another worker does."""
    mine = NetworkCheck.objects.filter(pk=check.pk, due_at=check.due_at, person__erased_at=None)
    check.tries += 1
    words = {"tries": check.tries, "asked_at": at, "due_at": at + LOST, "adapter": network.name}
    if not mine.update(**words):
        return False
    check.due_at = at + LOST
    limits.count(queries.QUESTION, "all", at=at)
    record(
        person.subject,
        queries.ASKED,
        by=None,
        at=at,
        about=person.uid,
        personal={"name": person.name, "id_number": person.id_number},
        adapter=network.name,
    )
    return True


@transaction.atomic
def _note_answer(check: NetworkCheck, answer: NetworkAnswer, at: datetime) -> None:
    _answer(check, answer)
    _line(check, answer, at)


@transaction.atomic
def _note_silence(check: NetworkCheck, tries_max: int, at: datetime) -> None:
    """Once more after a pause that grows; after so many it is said that nobody answered."""
    if check.tries >= tries_max:
        _give_up(check, at)
        return
    pause = min(FIRST_PAUSE * 4 ** (check.tries - 1), LONGEST_PAUSE)
    NetworkCheck.objects.filter(pk=check.pk).update(due_at=at + pause)


@transaction.atomic
def _give_up(check: NetworkCheck, at: datetime) -> None:
    _answer(check, NetworkAnswer.UNAVAILABLE)
    _line(check, NetworkAnswer.UNAVAILABLE, at)


def _answer(check: NetworkCheck, answer: NetworkAnswer) -> None:
    check.answer, check.due_at = answer, None
    NetworkCheck.objects.filter(pk=check.pk).update(answer=answer, due_at=None)


def _line(check: NetworkCheck, answer: NetworkAnswer, at: datetime) -> None:
    person = check.person
    record(
        person.subject,
        "network_answered",
        by=None,
        at=at,
        about=person.uid,
        answer=str(answer.label),
    )


@transaction.atomic
def decide_network(check: NetworkCheck, *, reason: str, by: User, at: datetime) -> None:
    """Somebody has looked at a disagreement: what came of it, in words. Nothing else changes."""
    said = _reason(reason)
    mine = NetworkCheck.objects.filter(
        pk=check.pk, decided_at=None, answer__in=queries.TO_REVIEW, due_at=None
    )
    if not mine.update(decided_by=by, decided_at=at, decision=said):
        raise NotAllowed("这条核对已经有人处理，或正在重新核对。", "请刷新页面查看最新状态。")
    person = check.person
    record(person.subject, "network_decided", by=by, at=at, about=person.uid, reason=said)


@transaction.atomic
def ask_network_again(check: NetworkCheck, *, by: User, at: datetime) -> None:
    """Put the question once more, after a mend or when the service was away."""
    if check.answer not in queries.TO_REVIEW or check.due_at is not None:
        raise NotAllowed("这条现在不用重新核对。", "请刷新页面查看最新状态。")
    NetworkCheck.objects.filter(pk=check.pk).update(
        due_at=at, tries=0, decided_by=None, decided_at=None, decision=""
    )
    record(check.person.subject, "network_asked_again", by=by, at=at, about=check.person.uid)


def _reason(text: str) -> str:
    said = text.strip()[:200]
    if not said:
        raise BadInput("请写明核对的结果。", "例如：已当面核对身份证，姓名和号码无误。")
    return said
