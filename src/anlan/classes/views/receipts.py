"""存证回执: what a learner, or the class's watchers, take home to prove a sign-in or a result."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

from anlan.classes import own, policies, queries, receipts
from anlan.classes.models import Enrolment
from anlan.classes.people import learners_for
from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.accounts.models import User
from anlan.foundation.files.responses import send_bytes
from anlan.foundation.ledger.models import Entry
from anlan.foundation.ledger.receipts import receipt, receipt_file

Found = tuple[Enrolment, Entry]
JSON = "application/json"


def _is_own(user: User, found: Found) -> bool:
    return policies.is_own_enrolment(user, found[0])


def _is_watched(user: User, found: Found) -> bool:
    return policies.is_watching(user, found[0].klass)


def _may_watch(user: User, enrolment: Enrolment) -> bool:
    return policies.is_watching(user, enrolment.klass)


@gzip_page
@require_GET
@guarded(policies.is_own_enrolment, load=own.own_enrolment)
def my_receipts(request: HttpRequest, enrolment: Enrolment) -> HttpResponse:
    context = {"klass": enrolment.klass, "proofs": receipts.proofs_of(enrolment)}
    return render(request, "classes/phone/receipts.html", context)


@require_GET
@guarded(_is_own, load=receipts.own_entry)
def my_receipt(request: HttpRequest, found: Found) -> HttpResponse:
    """With the own name opened: whoever gets this file reads it."""
    enrolment, entry = found
    made = receipt(entry, receipts.personal(enrolment, entry))
    return send_bytes(receipt_file(made), _name(enrolment, entry), JSON)


@require_GET
@guarded(_may_watch, load=queries.enrolment_for)
def learner_receipts(request: HttpRequest, enrolment: Enrolment) -> HttpResponse:
    """The same for the class's staff and officials; the name as they may read it."""
    shown = learners_for(actor(request), enrolment.klass, at=now())
    names = [one.name for one in shown if one.enrolment.pk == enrolment.pk]
    context = {
        "klass": enrolment.klass,
        "enrolment": enrolment,
        "name": names[0] if names else "学员",
        "proofs": receipts.proofs_of(enrolment),
    }
    return render(request, "classes/receipts.html", context)


@require_GET
@guarded(_is_watched, load=receipts.class_entry)
def learner_receipt(request: HttpRequest, found: Found) -> HttpResponse:
    """Commitments stay closed: it proves that something was recorded, not about whom."""
    enrolment, entry = found
    return send_bytes(receipt_file(receipt(entry)), _name(enrolment, entry), JSON)


def _name(enrolment: Enrolment, entry: Entry) -> str:
    return f"{receipts.WORDS[entry.verb]}回执-{enrolment.klass.number}-{str(entry.uid)[:8]}.json"
