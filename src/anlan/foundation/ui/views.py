from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from anlan.foundation.accounts.guards import guarded
from anlan.foundation.accounts.policies import is_operator
from anlan.foundation.ui import samples


@guarded(is_operator)
def sheet(request: HttpRequest) -> HttpResponse:
    """Every part on one page, for those who write pages."""
    return render(request, "ui/sheet.html", samples.sheet(timezone.now()))
