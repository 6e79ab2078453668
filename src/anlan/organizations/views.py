"""Pages of organisations."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from anlan.foundation.accounts.guards import guarded
from anlan.organizations import policies, queries
from anlan.organizations.models import Organization


@guarded(policies.may_see, load=queries.organization_for)
def record(request: HttpRequest, organization: Organization) -> HttpResponse:
    return render(request, "organizations/record.html", {"organization": organization})
