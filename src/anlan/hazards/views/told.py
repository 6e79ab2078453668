"""The public side of tips: telling, the receipt, following it with the code. Nobody is logged."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from anlan.foundation.accounts.guards import public
from anlan.hazards.models import Tip, TipKind
from anlan.hazards.queries import tips as queries
from anlan.hazards.receipts import code_of, new_ticket
from anlan.hazards.services import tips as services
from anlan.hazards.services.photos import keep_photos
from anlan.hazards.states import TIP_OPEN
from anlan.hazards.tip_forms import ReceiptForm, TipForm, WordsForm

WHY = "whistle-blowers have no account, and need none"


@public(WHY)
@never_cache
@require_http_methods(["GET", "POST"])
def file(request: HttpRequest) -> HttpResponse:
    """The form; then the receipt code, shown this once."""
    if request.method == "GET":
        return render(request, "hazards/tip_file.html", {"form": _fresh()})
    form = TipForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "hazards/tip_file.html", {"form": form}, status=422)
    at, read = now(), form.cleaned_data
    code = code_of(read["ticket"])
    tip = queries.tip_of_receipt(code)
    if tip is None:
        photos = keep_photos(read["photos"], by=None, at=at)
        telling = services.Telling(
            kind=TipKind(read["kind"]),
            district=read["district"],
            named=read["named"],
            told=read["told"],
            place=read["place"],
            contact=read["contact"],
            photos=photos,
        )
        tip = services.file_tip(telling, code=code, at=at)
    return render(request, "hazards/tip_receipt.html", {"tip": tip, "code": code})


@public(WHY)
@never_cache
@require_http_methods(["GET", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """The state of a tip; the code comes in the body, never in an address."""
    if request.method == "GET":
        return render(request, "hazards/tip_follow.html", {"form": ReceiptForm()})
    return _followed(request)


@public(WHY)
@never_cache
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """An answer or something more, by whoever holds the code."""
    tip = queries.tip_of_receipt(request.POST.get("code", ""))
    if tip is not None:
        words = WordsForm(request.POST).require()["words"]
        services.add_to_tip(tip, words, at=now())
    return _followed(request, added=True)


def _followed(request: HttpRequest, *, added: bool = False) -> HttpResponse:
    form = ReceiptForm(request.POST)
    tip = queries.tip_of_receipt(form.data.get("code", "")) if form.is_valid() else None
    if tip is None:
        if form.is_valid():
            form.add_error("code", "没有这个回执码。请核对 16 位字母和数字，不含 0、1、I、O。")
        return render(request, "hazards/tip_follow.html", {"form": form}, status=422)
    context = {
        "tip": tip,
        "code": form.cleaned_data["code"],
        "messages_of": tip.messages.all(),
        "open": tip.status in TIP_OPEN,
        "reward": _reward(tip),
        "added": added,
    }
    return render(request, "hazards/tip_state.html", context)


def _reward(tip: Tip) -> object:
    """Only what is decided: a proposal is not a promise."""
    return tip.rewards.filter(status__in=("approved", "paid")).first()


def _fresh() -> TipForm:
    return TipForm(initial={"ticket": new_ticket()})
