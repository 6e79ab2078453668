"""The access matrix: made from the guards, so it can't say anything that they don't do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from anlan.foundation.access import matrix
from anlan.foundation.access.policies import looks_after_all
from anlan.foundation.accounts.guards import guarded
from anlan.foundation.accounts.models import Role


@require_GET
@guarded(looks_after_all)
def show(request: HttpRequest) -> HttpResponse:
    rooms = matrix.by_room()
    context = {
        "rooms": rooms,
        "roles": [role.label for role in Role],
        "total": sum(len(lines) for _, lines in rooms),
        "open": sum(line.public for _, lines in rooms for line in lines),
    }
    return render(request, "access/matrix.html", context)
