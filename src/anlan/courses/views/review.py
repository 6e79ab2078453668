"""错题复习: what is due today, one question at a time on a phone."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from anlan.courses.forms import ReviewForm
from anlan.courses.queries import reviewing
from anlan.courses.services.reviewing import review as answer
from anlan.foundation.accounts.guards import actor, guarded, signed_in
from anlan.identity.models import Person
from anlan.identity.queries import person_of


@never_cache
@require_http_methods(["GET", "POST"])
@guarded(signed_in)
def review(request: HttpRequest) -> HttpResponse:
    """The next card, or, after an answer, what was right and why."""
    person, at = person_of(actor(request)), now()
    if person is None:
        return render(request, "courses/review_over.html", {"load": None})
    if request.method == "POST":
        return _answered(request, person, at)
    card = reviewing.next_card(person, at)
    load = reviewing.workload(person, at)
    if card is None:
        return render(request, "courses/review_over.html", {"load": load, "now": at})
    context = {"card": card, "shown": reviewing.shown(card), "load": load}
    return render(request, "courses/review.html", context)


def _answered(request: HttpRequest, person: Person, at: datetime) -> HttpResponse:
    form = ReviewForm(request.POST)
    said = form.said()
    card = reviewing.card_for(person, said.card)
    if card.reviews != said.turn:  # the page was loaded again, or sent twice
        return redirect("courses:review")
    done = answer(card, said.chosen, turn=said.turn, at=at)
    context = {"done": done, "load": reviewing.workload(person, at), "now": at}
    return render(request, "courses/reviewed.html", context)
