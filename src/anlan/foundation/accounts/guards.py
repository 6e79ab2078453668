"""Every address is guarded: `make check` refuses a view with neither mark.

    @guarded(may_close, load=queries.class_for)
    def close(request: HttpRequest, klass: TrainingClass) -> HttpResponse: ...

`load(user, **url_kwargs)` fetches only what the user may see, raising `Http404` otherwise; the
policy is then asked `policy(user, loaded)` and a refusal is a 404 too: an outsider learns nothing.
Without `load` the policy is asked `policy(user)` and the view gets its URL arguments.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve

from anlan.foundation.accounts.models import User

View = Callable[..., HttpResponseBase]


def guarded(
    policy: Callable[..., bool], *, load: Callable[..., Any] | None = None
) -> Callable[[View], View]:
    """Let in whom the policy lets in; send the others to the login page or to a 404."""

    def wrap(view: View) -> View:
        @wraps(view)
        def enter(request: HttpRequest, **url: Any) -> HttpResponseBase:
            if not isinstance(request.user, User):
                return redirect_to_login(request.get_full_path())
            if load is None:
                if not policy(request.user):
                    raise Http404
                return view(request, **url)
            try:
                found = load(request.user, **url)
            except ObjectDoesNotExist as unseen:
                raise Http404 from unseen
            if not policy(request.user, found):
                raise Http404
            return view(request, found)

        enter.policy = policy  # type: ignore[attr-defined]
        enter.load = load  # type: ignore[attr-defined]
        return enter

    return wrap


def lets_in(view: View, user: User, url: Mapping[str, Any]) -> bool:
    """Whether the guard of a view (`guarded`, or none) would let this user in, as `enter` does."""
    policy, load = getattr(view, "policy", None), getattr(view, "load", None)
    if policy is None:
        return True
    try:
        return bool(policy(user, load(user, **url)) if load else policy(user))
    except (ObjectDoesNotExist, Http404):
        return False


def may_open(user: User, path: str) -> bool:
    """Whether there is a page at this path of the site and its guard lets the user in."""
    try:
        found = resolve(path)
    except Resolver404:
        return False
    return lets_in(found.func, user, found.kwargs)


def public(reason: str) -> Callable[[View], View]:
    """Open to everybody, for a reason that the guards test lists."""

    def wrap(view: View) -> View:
        @wraps(view)
        def enter(request: HttpRequest, **url: Any) -> HttpResponseBase:
            return view(request, **url)

        enter.public_because = reason  # type: ignore[attr-defined]
        return enter

    return wrap


def signed_in(user: User) -> bool:
    """The policy of pages that every user has: own desk, own notices."""
    return user.is_active


def actor(request: HttpRequest) -> User:
    """The logged-in user, typed; only called behind `guarded`."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user
