"""What a tablet asks: its page, which works without a network, and what it brings back.

These addresses need no login: a kit is out for days, a session ends after hours. The page holds
nothing; a delivery and a photo are taken only under the signature of a registered tablet.
"""

import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from anlan.foundation.accounts.guards import public
from anlan.foundation.ui.assets import DIST, read
from anlan.kits.forms import delivered, tablet_uid
from anlan.kits.services import receive, receive_photo
from anlan.kits.services.photos import MOST_BYTES
from anlan.lib.refusals import BadInput

the_shell = public("a page without anything in it; what it shows lies encrypted on the tablet")
by_signature = public("a tablet has no login after days; its signature is checked")

MARK = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E"
    "%3Crect width='32' height='32' fill='%231f5c99'/%3E%3Cpath d='M6 13c3.3-4 6.7-4 10 0s6.7 4 10"
    " 0M6 20c3.3-4 6.7-4 10 0s6.7 4 10 0' fill='none' stroke='%23fff' stroke-width='2.6'"
    " stroke-linecap='round'/%3E%3C/svg%3E"
)


@require_GET
@the_shell
def shell(request: HttpRequest) -> HttpResponse:
    """The tablet's page; its worker keeps it."""
    return render(request, "kits/app.html")


@never_cache
@require_GET
@the_shell
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker with the list of what it keeps; another list is another worker."""
    built = read("manifest.json")
    kit = built["kit"]
    keep = [reverse("kits:app"), reverse("kits:manifest")]
    keep += [static(path) for path in (kit["js"], kit["css"], *kit["parts"])]
    code = (DIST / built["kit_worker"]["js"]).read_text("utf-8")
    text = f"self.KEEP = {json.dumps(keep)};\n{code}"
    return HttpResponse(text, content_type="text/javascript; charset=utf-8")


@require_GET
@the_shell
def manifest(request: HttpRequest) -> HttpResponse:
    home = reverse("kits:app")
    told = {
        "name": "安澜离线包",
        "short_name": "离线包",
        "lang": "zh-CN",
        "start_url": home,
        "scope": home,
        "id": home,
        "display": "standalone",
        "background_color": "#f4f2ee",
        "theme_color": "#f4f2ee",
        "icons": [{"src": MARK, "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    }
    return HttpResponse(
        json.dumps(told, ensure_ascii=False), content_type="application/manifest+json"
    )


@csrf_exempt
@require_POST
@by_signature
def sync(request: HttpRequest) -> HttpResponse:
    """Take a delivery in; what is answered as kept is on the disk."""
    said = delivered(request.body)
    taken = receive(said.batch, said.signature, at=now())
    return JsonResponse(
        {
            "kept": taken.kept,
            "refused": taken.refused,
            "photos": taken.photos,
            "fates": taken.fates,
            "stopped": taken.stopped,
        }
    )


@csrf_exempt
@require_POST
@by_signature
def photos(request: HttpRequest) -> HttpResponse:
    """Take one photo in, as its bytes."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        raise BadInput("照片超过 5 MB。", "请重新拍一张。")
    tablet = tablet_uid(request.headers.get("X-Kit-Tablet", ""))
    signature = request.headers.get("X-Kit-Signature", "")
    new = receive_photo(tablet, request.body, signature, at=now())
    return JsonResponse({"kept": True, "new": new})
