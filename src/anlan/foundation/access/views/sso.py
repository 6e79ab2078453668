"""Single sign-on by OpenID Connect: the city's provider for staff, 电子社保卡 for learners."""

import logging
from typing import Any

from allauth.account.utils import get_next_redirect_url
from allauth.core.internal.deferred import jwt
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.crypto import constant_time_compare, get_random_string
from django.views.decorators.http import require_GET
from requests import RequestException

from anlan.foundation.access.adapters import not_completed
from anlan.foundation.access.providers import is_there
from anlan.foundation.accounts.guards import public

log = logging.getLogger(__name__)
WHY = "a door of its own: the city's identity provider says who comes"
NONCE_LENGTH = 43  # 256 bits in letters and digits
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")


class _Adapter(OpenIDConnectOAuth2Adapter):
    """Checks the token always, also when it came straight from the provider: its signature by a
    public key, for whom it is, and the nonce that was sent from this browser.

    allauth 65 neither sends nor checks a nonce, and takes a user's word without a token.
    """

    nonce = ""

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """What goes on is the subject and the claims that the settings name, nothing else."""
        said = self._decode_id_token(app, str(kwargs["response"].get("id_token") or ""))
        if app.settings["fetch_userinfo"]:
            more = self._fetch_user_info(token.token)
            if not isinstance(more, dict) or more.get("sub") != said["sub"]:
                raise OAuth2Error("the userinfo is about somebody else")
            said = {**more, **said}
        wanted = ("iss", "sub", *app.settings["claims"])
        found = {name: said[name] for name in wanted if name in said}
        return self.get_provider().sociallogin_from_response(request, {"id_token": found})

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        try:
            found = self._verified(app, id_token)
        except (
            KeyError,
            TypeError,
            ValueError,
            jwt.PyJWTError,
        ) as odd:  # a header or key that is none
            raise OAuth2Error("Invalid id_token") from odd
        sent = str(found.get("nonce") or "")
        if not self.nonce or not constant_time_compare(sent, self.nonce):
            raise OAuth2Error("the token answers another question")
        several = isinstance(found.get("aud"), list) and len(found["aud"]) > 1
        if several and found.get("azp") != app.client_id:
            raise OAuth2Error("the token was made for somebody else")
        if not found.get("sub"):
            raise OAuth2Error("the token names nobody")
        return found

    def _verified(self, app: Any, id_token: str) -> dict[str, Any]:
        if jwt.get_unverified_header(id_token)["alg"] not in ALGORITHMS:
            raise OAuth2Error("not signed by a public key")
        found: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        return found


class _Login(OAuth2LoginView):
    """Sends a nonce along; takes neither scope nor other words from the address."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        provider, nonce = self.adapter.get_provider(), get_random_string(NONCE_LENGTH)
        answer: HttpResponseBase = provider.redirect(
            request,
            AuthProcess.LOGIN,
            next_url=get_next_redirect_url(request),
            scope=provider.get_scope(),
            auth_params=provider.get_auth_params() | {"nonce": nonce},
            nonce=nonce,  # kept in the session beside the state
        )
        return answer


class _Callback(OAuth2CallbackView):
    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        state, refused = super()._get_state(request, provider)
        self.adapter.nonce = str((state or {}).get("nonce") or "")
        return state, refused


@require_GET
@public(WHY)
def login(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    return _through(_Login, request, provider_id)


@require_GET
@public(WHY)
def callback(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    return _through(_Callback, request, provider_id)


def _through(view: Any, request: HttpRequest, provider_id: str) -> HttpResponseBase:
    if not is_there(provider_id):
        raise Http404
    try:
        answer: HttpResponseBase = view.adapter_view(_Adapter(request, provider_id))(request)
    except RequestException:
        log.warning("the identity provider does not answer", exc_info=True)
        return not_completed(request, provider_id)
    return answer
