"""A learner's own certificates and archives, on the phone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_GET

from anlan.archives import queries
from anlan.archives.badges import holder_code
from anlan.archives.models import Certificate
from anlan.archives.papers import verify_url
from anlan.archives.qr import qr_svg
from anlan.archives.report_parts import size_text
from anlan.foundation.accounts.guards import actor, guarded, signed_in
from anlan.identity.models import Person
from anlan.lib.dates import local_date


@require_GET
@guarded(signed_in)
def mine(request: HttpRequest) -> HttpResponse:
    person = Person.objects.filter(user=actor(request)).first()
    certificates = list(queries.certificates_of(person)) if person else []
    archives = list(queries.learner_archives_for(person)) if person else []
    secret = queries.holder_secret(person) if person else ""
    context = {
        "person": person,
        "cards": [_card(one, secret) for one in certificates],
        "archives": [(one, size_text(one.file.size)) for one in archives],
    }
    return render(request, "archives/mine.html", context)


def _card(one: Certificate, secret: str) -> dict[str, object]:
    state = queries.standing(one, local_date(now()))
    url = verify_url(one.number)
    return {
        "certificate": one,
        "standing": state,
        "standing_label": queries.standing_label(state),
        "former_name": queries.former_name_on(one),
        "url": url,
        "code": holder_code(one, secret),
        "qr": qr_svg(url, f"证明 {one.number} 的核验二维码", width=256),
    }
