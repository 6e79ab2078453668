"""Coming in: who has proved who they are goes on to the second step, or to where they wanted."""

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.http import HttpRequest, HttpResponse

from anlan.foundation.accounts.models import User


def come_in(request: HttpRequest, user: User, *, method: str, onward: str) -> HttpResponse:
    """Ask for the second factor where there is one, else open the session and go on.

    `onward` must be safe already.
    """
    record_authentication(request, user, method)
    answer: HttpResponse = perform_login(request, user, redirect_url=onward or None)
    return answer
