"""Single sign-on by the city's OpenID Connect provider."""

import logging
from typing import Any

from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET
from requests import RequestException

from anlan.foundation.access.adapters import not_completed, sso_app
from anlan.foundation.accounts.guards import public

log = logging.getLogger(__name__)
WHY = "a door of its own: the city's identity provider says who comes"


class _Adapter(OpenIDConnectOAuth2Adapter):
    """Checks the token's signature always, also when it came straight from the provider."""

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        found: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        return found


@require_GET
@public(WHY)
def login(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    return _through(OAuth2LoginView, request, provider_id)


@require_GET
@public(WHY)
def callback(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    return _through(OAuth2CallbackView, request, provider_id)


def _through(view: Any, request: HttpRequest, provider_id: str) -> HttpResponseBase:
    if sso_app() is None or provider_id != "sso":
        raise Http404
    try:
        answer: HttpResponseBase = view.adapter_view(_Adapter(request, provider_id))(request)
    except RequestException:
        log.warning("the identity provider does not answer", exc_info=True)
        return not_completed(request)
    return answer
