"""The log for people: the public page, and the city official's page of witnesses."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_safe

from anlan.foundation.accounts.guards import actor, guarded, public
from anlan.foundation.accounts.models import User
from anlan.foundation.accounts.policies import is_city_official
from anlan.foundation.ledger import checkpoints, queries, witnesses
from anlan.foundation.ledger.forms import RetireForm, WitnessForm
from anlan.foundation.ledger.models import TimeStamp, Witness
from anlan.foundation.ledger.signing import published_key
from anlan.foundation.ledger.views import WHY
from anlan.lib.refusals import BadInput


@require_safe
@public(WHY)
def log(request: HttpRequest) -> HttpResponse:
    """What the log is, how far it has come, who watches it, how to check it."""
    newest = checkpoints.newest()
    context = {
        "newest": newest,
        "root": bytes(newest.root).hex() if newest else "",
        "alg": {"sha256": "SHA-256", "sm3": "SM3"}[settings.ANLAN_LOG_ALG],
        "key": published_key() if newest else "",
        "address": settings.ANLAN_PUBLIC_URL.rstrip("/"),
        "watchers": [one for one in queries.witnesses() if one.retired_at is None],
        "stamp": TimeStamp.objects.select_related("checkpoint").last(),
        "stamps_wanted": bool(settings.ANLAN_TSA_URL),
    }
    return render(request, "ledger/log.html", context)


@require_http_methods(["GET", "POST"])
@guarded(is_city_official)
def witness_list(request: HttpRequest) -> HttpResponse:
    form = WitnessForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = witnesses.register_witness(**form.cleaned_data, by=actor(request), at=now())
        except BadInput as refused:
            form.add_error("vkey", f"{refused.message}{refused.next_step}")
        else:
            messages.success(request, f"已登记见证人 {made.name}，对方现在可以开始见证。")
            return redirect("ledger:witnesses")
    context = {"form": form, "witnesses": queries.witnesses(), "address": settings.ANLAN_PUBLIC_URL}
    status = 422 if form.errors else 200
    return render(request, "ledger/witnesses.html", context, status=status)


def _witness_for(user: User, uid: UUID) -> Witness:
    if not is_city_official(user):
        raise ObjectDoesNotExist
    return Witness.objects.get(uid=uid)


@require_http_methods(["GET", "POST"])
@guarded(lambda user, witness: is_city_official(user), load=_witness_for)
def retire(request: HttpRequest, witness: Witness) -> HttpResponse:
    form = RetireForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        witnesses.retire_witness(witness, reason, by=actor(request), at=now())
        messages.success(request, f"已停用 {witness.name}，它以前的见证仍然有效。")
        return redirect("ledger:witnesses")
    context = {"form": form, "witness": witness}
    status = 422 if form.errors else 200
    return render(request, "ledger/retire.html", context, status=status)
