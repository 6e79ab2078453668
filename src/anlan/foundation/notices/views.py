"""A user's own notices."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_POST

from anlan.foundation.accounts.guards import actor, guarded, signed_in
from anlan.foundation.notices import queries, services


@guarded(signed_in)
def inbox(request: HttpRequest) -> HttpResponse:
    user = actor(request)
    context = {"notices": queries.notices_of(user)[:100], "unread": queries.unread_count(user)}
    return render(request, "notices/inbox.html", context)


@require_POST
@guarded(signed_in)
def read_all(request: HttpRequest) -> HttpResponse:
    services.mark_read(actor(request), at=now())
    return redirect("notices:inbox")
