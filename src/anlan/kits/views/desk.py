"""The class's kits, taking one, and deciding between two versions."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.classes.models import TrainingClass
from anlan.classes.policies import may_run, may_see_people
from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.files.responses import send_file
from anlan.foundation.rules.queries import rulebook
from anlan.kits import policies, queries, services
from anlan.kits.forms import DecideForm, kept_said, pack_asked
from anlan.kits.keys import kit_key
from anlan.kits.models import Conflict, Kind, Kit, Tablet
from anlan.kits.offers import offer_for
from anlan.kits.services import Wish
from anlan.kits.shown import cards_of, rows_of
from anlan.lib.dates import local_date

LONGEST_LIST = 400


@require_GET
@guarded(policies.may_look, load=queries.class_for)
def klass(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    """What is out, what came back, and what waits for a person."""
    kits = queries.kits_of(klass)
    tablets = list({kit.tablet_id: kit.tablet for kit in kits}.values())
    sums = queries.sums_of(kits)
    context = {
        "klass": klass,
        "rows": [(kit, sums[kit.pk]) for kit in kits],
        "tablets": tablets,
        "gaps": queries.gaps_of(tablets),
        "photoless": queries.waiting_for_photos(tablets),
        "undecided": queries.open_conflicts(klass).count(),
        "quarantined": queries.quarantined_of(tablets)[:50],
        "may_carry": policies.may_carry(actor(request), klass),
        "may_stop": may_run(actor(request), klass),
        "now": now(),
    }
    return render(request, "kits/class.html", context)


@never_cache
@require_GET
@guarded(policies.may_carry, load=queries.class_for)
def take(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    """On the tablet itself: choose what goes along, give it a name and a PIN."""
    at = now()
    context = {
        "klass": klass,
        "offer": offer_for(actor(request), klass, at=at),
        "days": range(1, rulebook(local_date(at)).whole("kits.days_max") + 1),
        "platform_key": kit_key(),
    }
    return render(request, "kits/take.html", context)


@require_POST
@guarded(policies.may_carry, load=queries.class_for)
def pack(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    """Register the tablet and pack what it asks for; the text is fetched next."""
    asked, by, at = pack_asked(request.body), actor(request), now()
    tablet = services.register_tablet(
        klass.provider, name=asked.name, key=asked.key, proof=asked.proof, by=by, at=at
    )
    wish = Wish(asked.sessions, asked.sittings, asked.practicals, asked.days)
    kit = services.pack_kit(klass, tablet, wish, by=by, at=at)
    found = {"kit": str(kit.uid), "tablet": str(tablet.uid)}
    for name in ("contents", "kept"):
        found[name] = reverse(f"kits:{name}", args=[kit.uid])
    return JsonResponse(found)


@never_cache
@require_GET
@guarded(policies.may_fetch, load=queries.kit_for)
def contents(request: HttpRequest, kit: Kit) -> HttpResponse:
    """The package's text; its signature and its whole length stand in the head."""
    text, signature = services.contents_of(kit, at=now())
    body = text.encode()
    response = HttpResponse(body, content_type="application/json")
    response["X-Kit-Signature"] = signature
    response["X-Kit-Length"] = str(len(body))  # Content-Length counts compressed bytes
    return response


@require_POST
@guarded(policies.may_fetch, load=queries.kit_for)
def kept(request: HttpRequest, kit: Kit) -> HttpResponse:
    """The tablet has stored it, says the tablet."""
    said = kept_said(request.body)
    services.note_kept(kit, sha256=said.sha256, signature=said.signature, at=now())
    return JsonResponse({"kept": True})


@require_GET
@guarded(policies.may_look_at, load=queries.kit_for)
def kit(request: HttpRequest, kit: Kit) -> HttpResponse:
    """One package: the sums that add up, and its records by device and sync time."""
    full = may_see_people(actor(request), kit.klass)
    found = queries.records_of(kit)
    listed = found.exclude(kind=Kind.ANSWER)
    context = {
        "kit": kit,
        "klass": kit.klass,
        "sums": queries.sums_of([kit])[kit.pk],
        "rows": rows_of(list(listed[:LONGEST_LIST]), full=full),
        "more": max(0, listed.count() - LONGEST_LIST),
        "answers": found.filter(kind=Kind.ANSWER).count(),
        "deliveries": kit.tablet.deliveries.order_by("-at")[:20],
        "holds": {name: len(uids) for name, uids in kit.holds.items()},
        "may_stop": may_run(actor(request), kit.klass),
        "now": now(),
    }
    return render(request, "kits/kit.html", context)


@require_GET
@guarded(policies.may_look, load=queries.class_for)
def review(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    """Both versions of what contradicts itself, the oldest first."""
    user = actor(request)
    full = may_see_people(user, klass)
    context = {
        "klass": klass,
        "cards": cards_of(list(queries.open_conflicts(klass)[:100]), full=full),
        "decided": cards_of(list(queries.decided_conflicts(klass)[:100]), full=full),
        "may_decide": may_run(user, klass),
    }
    return render(request, "kits/review.html", context)


@require_POST
@guarded(policies.may_decide, load=queries.conflict_for)
def decide(request: HttpRequest, conflict: Conflict) -> HttpResponse:
    choice, reason, alike = DecideForm(request.POST).cleaned()
    done = services.decide(
        conflict, choice, reason=reason, by=actor(request), at=now(), alike=alike
    )
    messages.success(request, f"已核对 {done} 条，两份记录都留底，理由已入账本。")
    return redirect("kits:review", uid=conflict.record.kit.klass.uid)


@require_GET
@guarded(policies.may_decide, load=queries.conflict_for)
def photo(request: HttpRequest, conflict: Conflict) -> HttpResponseBase:
    """The photo of a record that waits for a decision."""
    found = queries.photo_of(conflict.record)
    if found is None:
        raise Http404
    return send_file(found.file, inline=True)


@require_POST
@guarded(policies.may_stop, load=queries.tablet_for)
def stop(request: HttpRequest, tablet: Tablet) -> HttpResponse:
    reason = request.POST.get("reason", "")
    services.stop_tablet(tablet, reason=reason, by=actor(request), at=now())
    messages.success(request, f"已停用「{tablet.name}」。它之后送来的记录会留下，等您核对。")
    return redirect(_back(request, tablet))


@require_POST
@guarded(policies.may_pass_gap, load=queries.tablet_for)
def pass_gap(request: HttpRequest, tablet: Tablet) -> HttpResponse:
    reason = request.POST.get("reason", "")
    passed = services.pass_gap(tablet, reason=reason, by=actor(request), at=now())
    messages.success(request, f"已越过缺的 {passed} 条，后面的记录已处理。")
    return redirect(_back(request, tablet))


@require_POST
@guarded(policies.may_wait_no_longer, load=queries.tablet_for)
def wait_no_longer(request: HttpRequest, tablet: Tablet) -> HttpResponse:
    reason = request.POST.get("reason", "")
    given_up = services.wait_no_longer(tablet, reason=reason, by=actor(request), at=now())
    messages.success(request, f"{given_up} 条记录不再等照片，请核对。")
    return redirect(_back(request, tablet))


def _back(request: HttpRequest, tablet: Tablet) -> str:
    """The kits of the newest class that this tablet carried."""
    newest = tablet.kits.select_related("klass").order_by("-at")[0]
    return reverse("kits:klass", args=[newest.klass.uid])
