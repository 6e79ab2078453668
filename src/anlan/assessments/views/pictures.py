"""Pictures of items: for those who keep the bank, and for whoever sits a paper with it."""

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from anlan.assessments import queries
from anlan.assessments.policies import is_the_learner, may_keep
from anlan.foundation.accounts.guards import guarded
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.responses import send_file


@require_GET
@guarded(may_keep, load=queries.image_for_keeper)
def item_image(request: HttpRequest, image: StoredFile) -> HttpResponseBase:
    return _shown(image)


@require_GET
@guarded(is_the_learner, load=queries.image_for_sitter)
def question_image(request: HttpRequest, image: StoredFile) -> HttpResponseBase:
    """Only of the sitter's own paper, and only once it was begun."""
    return _shown(image)


def _shown(image: StoredFile) -> HttpResponseBase:
    """We wrote the file ourselves, as PNG or JPEG; its bytes never change."""
    response = send_file(image, inline=True)
    response["Cache-Control"] = "private, max-age=86400, immutable"
    return response
