"""A user's own notices."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_POST

from anlan.foundation.accounts.guards import actor, guarded, signed_in
from anlan.foundation.accounts.models import Role
from anlan.foundation.accounts.queries import reach
from anlan.foundation.notices import queries, services

STAFF = tuple(role for role in Role if role != Role.LEARNER)


@guarded(signed_in)
def inbox(request: HttpRequest) -> HttpResponse:
    user = actor(request)
    context = {"notices": queries.notices_of(user)[:100], "unread": queries.unread_count(user)}
    phone = reach(user).has(Role.LEARNER) and not reach(user).has(*STAFF)
    return render(request, f"notices/inbox{'_phone' if phone else ''}.html", context)


@require_POST
@guarded(signed_in)
def read_all(request: HttpRequest) -> HttpResponse:
    services.mark_read(actor(request), at=now())
    return redirect("notices:inbox")
