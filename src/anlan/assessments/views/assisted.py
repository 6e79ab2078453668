"""A sitting on a tablet of the class: no login, one sitting, one question a screen, read aloud.

The tablet is known by the key in its own cookie. Whoever was logged in on it is logged out when it
is handed over, so that nobody gets from here into another's account.
"""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.assessments import queries
from anlan.assessments.forms import answers_in, question_no
from anlan.assessments.models import SittingStatus, TabletSitting
from anlan.assessments.queries.assisted import tablet_by_key
from anlan.assessments.queries.releases import is_released, release_words
from anlan.assessments.services import tablets
from anlan.foundation.accounts.guards import public

COOKIE = "anlan_tablet"
PATH = "/exams/tablet/"
COOKIE_LIVES = 4 * 3600  # seconds; the sitting's own end comes first
View = Callable[[HttpRequest, TabletSitting], HttpResponse]


def on_the_tablet(view: View) -> Callable[..., HttpResponseBase]:
    """By the tablet's key; without one, or when it is over, the tablet is locked."""

    @wraps(view)
    def enter(request: HttpRequest) -> HttpResponse:
        tablet = tablet_by_key(request.COOKIES.get(COOKIE, ""), at=now())
        if tablet is None:
            return _locked(render(request, "assessments/tablet/locked.html"))
        return view(request, tablet)

    return public("a tablet of the class, by its own short-lived key")(enter)


@never_cache
@require_http_methods(["GET", "POST"])
@public("a one-time link that an examiner made after checking who sits down")
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Who will sit here? Then the tablet forgets whoever was logged in."""
    tablet = tablets.tablet_of_link(token, at=now())
    if request.method == "GET":
        return render(request, "assessments/tablet/enter.html", {"tablet": tablet})
    tablet, key = tablets.claim_tablet(token, at=now())
    logout(request)
    response = redirect("assessments:tablet")
    response.set_cookie(
        COOKIE,
        key,
        max_age=COOKIE_LIVES,
        path=PATH,
        httponly=True,
        samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


@never_cache
@require_GET
@on_the_tablet
def tablet(request: HttpRequest, tablet: TabletSitting) -> HttpResponse:
    """The cover before the start, then the question that `?q=` names, or the first open one."""
    sitting, at = tablet.sitting, now()
    context: dict[str, object] = {"tablet": tablet, "sitting": sitting}
    if sitting.status == SittingStatus.READY:
        kinds = queries.kinds_of(sitting)
        context["total"] = sum(n for _label, n, _weight in kinds)
        return render(request, "assessments/tablet/cover.html", context)
    if not queries.is_running(sitting, at=at):
        context["over"] = sitting.status == SittingStatus.STARTED
        return render(request, "assessments/tablet/over.html", context)
    questions = queries.questions_shown(sitting)
    open_ones = [one.no for one in questions if not one.answered]
    no = question_no(request.GET.get("q", "")) or (open_ones or [1])[0]
    no = min(no, len(questions))
    context |= {"question": questions[no - 1], "total": len(questions), "open_ones": open_ones}
    return render(request, "assessments/tablet/question.html", context)


@require_POST
@on_the_tablet
def start(request: HttpRequest, tablet: TabletSitting) -> HttpResponse:
    tablets.start_on_tablet(tablet, at=now())
    return redirect("assessments:tablet")


@require_POST
@on_the_tablet
def answer(request: HttpRequest, tablet: TabletSitting) -> HttpResponse:
    """Keep the answer, then go where the button says: a question's number, or `check`."""
    no = question_no(request.POST.get("no", ""))
    given = answers_in(request.POST)
    tablets.save_on_tablet(tablet, {str(no): given.get(str(no), [])}, at=now())
    go = request.POST.get("go", "")
    if go == "check":
        return redirect("assessments:tablet_check")
    to = redirect("assessments:tablet")
    to["Location"] += f"?q={question_no(go) or no}"
    return to


@never_cache
@require_GET
@on_the_tablet
def check(request: HttpRequest, tablet: TabletSitting) -> HttpResponse:
    """Which questions are still open; back to any of them, or hand in."""
    if not queries.is_running(tablet.sitting, at=now()):
        return redirect("assessments:tablet")
    questions = queries.questions_shown(tablet.sitting)
    context = {
        "tablet": tablet,
        "sitting": tablet.sitting,
        "questions": questions,
        "open_ones": [one.no for one in questions if not one.answered],
    }
    return render(request, "assessments/tablet/check.html", context)


@require_POST
@on_the_tablet
def submit(request: HttpRequest, tablet: TabletSitting) -> HttpResponse:
    """Hand in; the answer is the last page that this tablet shows of the sitting."""
    sitting = tablets.submit_on_tablet(tablet, at=now())
    context = {
        "sitting": sitting,
        "released": is_released(sitting, at=now()),
        "words": release_words(sitting),
    }
    return _locked(render(request, "assessments/tablet/done.html", context))


@require_POST
@on_the_tablet
def give_back(request: HttpRequest, tablet: TabletSitting) -> HttpResponse:
    """Back to the examiner without handing in: what was answered stays."""
    tablets.lock_tablet(tablet, at=now())
    return _locked(redirect("assessments:tablet"))


def _locked(response: HttpResponse) -> HttpResponse:
    response.delete_cookie(COOKIE, path=PATH, samesite="Strict")
    return response
