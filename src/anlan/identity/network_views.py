"""Names and numbers that the national identity network does not know together: to look at."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.foundation.accounts.guards import actor, guarded
from anlan.identity import policies
from anlan.identity.models import NetworkCheck
from anlan.identity.network import the_network
from anlan.identity.outside_forms import NetworkForm
from anlan.identity.queries import network as queries
from anlan.identity.services import network as acts
from anlan.identity.shown_outside import ShownNetworkCheck

MOST = 200


@require_GET
@guarded(policies.may_see_network)
def reviews(request: HttpRequest) -> HttpResponse:
    """Who waits to be looked at, the oldest first. Nobody was kept out by it."""
    user = actor(request)
    by_name = not policies.supervises(user)
    found = queries.network_reviews(user)
    context = {
        "checks": [ShownNetworkCheck.of(one, by_name=by_name) for one in found[:MOST]],
        "on": the_network() is not None,
    }
    return render(request, "identity/network.html", context)


@require_http_methods(["GET", "POST"])
@guarded(policies.may_decide_network, load=queries.network_check_for)
def decide(request: HttpRequest, check: NetworkCheck) -> HttpResponse:
    form = NetworkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        acts.decide_network(check, reason=form.cleaned_data["reason"], by=actor(request), at=now())
        messages.success(request, "已记下核对的结果。")
        return redirect("identity:network")
    by_name = policies.keeps(actor(request), check.person)
    context = {"shown": ShownNetworkCheck.of(check, by_name=by_name), "form": form}
    status = 422 if form.errors else 200
    return render(request, "identity/network_decide.html", context, status=status)


@require_POST
@guarded(policies.may_decide_network, load=queries.network_check_for)
def again(request: HttpRequest, check: NetworkCheck) -> HttpResponse:
    acts.ask_network_again(check, by=actor(request), at=now())
    messages.success(request, "已排队重新核对，有结果后会更新。")
    return redirect("identity:network")
