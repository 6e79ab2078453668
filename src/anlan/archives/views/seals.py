"""The public door of seals: that one was published, when, and where in the log. Nobody's data."""

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from anlan.archives import queries
from anlan.archives.listing import groups_of_four
from anlan.archives.models import Archive
from anlan.classes.printed import class_days
from anlan.foundation.accounts.guards import public
from anlan.foundation.files.responses import send_bytes
from anlan.foundation.ledger.receipts import receipt
from anlan.lib.refusals import Refused

WHY = "whoever holds a paper copy or a sealed file checks that its seal was published"
NOT_YET = Refused("这个封签刚刚写入，检查点还没有签出。", "请等几秒钟后再下载。")


@require_GET
@public(WHY)
def show(request: HttpRequest, reference: str) -> HttpResponse:
    """By the number of a class, or the uid of one archive."""
    archive = queries.archive_by_reference(reference)
    if archive is None:
        answer = render(request, "seals/not_found.html", {"typed": reference[:60]}, status=404)
        return _private(answer)
    klass = archive.klass
    entry = queries.sealing_entry(archive)
    versions = queries.archives_of(klass) if archive.enrolment_id is None else []
    context = {
        "archive": archive,
        "klass": klass,
        "class_days": class_days(klass),
        "seal": groups_of_four(archive.manifest_sha256),
        "index": None if entry is None or entry.position is None else entry.position + 1,
        "versions": [(one, groups_of_four(one.manifest_sha256[:16])) for one in versions],
    }
    return _private(render(request, "seals/show.html", context))


@require_GET
@public(WHY)
def seal_receipt(request: HttpRequest, reference: str) -> HttpResponse:
    archive = queries.archive_by_reference(reference)
    entry = queries.sealing_entry(archive) if archive else None
    if archive is None or entry is None:
        raise Http404
    found = receipt(entry)
    if found is None:
        raise NOT_YET
    text = json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True)
    return send_bytes(text.encode(), f"封存回执-{_named(archive)}.json", "application/json")


def _named(archive: Archive) -> str:
    return f"{archive.klass.number}-v{archive.version}"


def _private(response: HttpResponse) -> HttpResponse:
    """For who asks, not for search engines."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
