"""A refusal raised anywhere below a view is said once, here, in the form the caller can read."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from anlan.lib.refusals import BadInput, Refused


class BrokenOff(BadInput):
    """The body stopped coming before it was whole."""

    status = 408

    def __init__(self) -> None:
        super().__init__("网络中断，内容没有传完，没有保存。", "请在网络良好的地方重新提交。")


class RefusalMiddleware:
    """Turns `Refused` into a page, an htmx fragment or JSON; the transaction is already undone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # One address answers a page or a fragment: the browser's cache must keep them apart.
        patch_vary_headers(response, ["HX-Request"])
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, UnreadablePostError):
            return refusal_response(request, BrokenOff())
        return refusal_response(request, error) if isinstance(error, Refused) else None


def refusal_response(request: HttpRequest, refused: Refused) -> HttpResponse:
    """The answer for `refused`; for views that want to add their own handling."""
    if wants_json(request):
        body = {"message": refused.message, "next_step": refused.next_step}
        return JsonResponse(body, status=refused.status, json_dumps_params={"ensure_ascii": False})
    fragment = request.headers.get("HX-Request") == "true"
    template = "ui/_refusal.html" if fragment else "ui/refused.html"
    context = {"refused": refused, "kept": request.method not in ("GET", "HEAD")}
    return render(request, template, context, status=refused.status)


def wants_json(request: HttpRequest) -> bool:
    """An API path, a JSON body, or a caller that accepts JSON rather than a page."""
    return (
        request.path.startswith("/api/")
        or request.content_type == "application/json"
        or request.get_preferred_type(["text/html", "application/json"]) == "application/json"
    )
