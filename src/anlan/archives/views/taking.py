"""What is handed out of an archive: the sealed file, keys, an opened copy, the paper form."""

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_POST

from anlan.archives import policies, queries, services
from anlan.archives.forms import TakeForm
from anlan.archives.models import Archive
from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.files.responses import PDF, ZIP, send_bytes, send_file
from anlan.lib.refusals import BadInput

JSON = "application/json"


@require_GET
@guarded(policies.may_download, load=queries.archive_for)
def download(request: HttpRequest, archive: Archive) -> HttpResponseBase:
    return send_file(services.hand_out(archive, by=actor(request), at=now()))


@require_POST
@guarded(policies.may_download, load=queries.archive_for)
def take(request: HttpRequest, archive: Archive) -> HttpResponseBase:
    """Keys, opened copy or paper, for a reason; each is a line in the ledger."""
    form = TakeForm(request.POST)
    if not form.is_valid():
        raise BadInput("请写明取用的理由，并选择要取用什么。", "理由记入台账。")
    by, at, reason = actor(request), now(), form.cleaned_data["reason"]
    what, name = form.cleaned_data["what"], archive.file.name.removesuffix(".zip")
    if what == TakeForm.KEYS:
        keys = services.hand_out_keys(archive, by=by, at=at, reason=reason)
        return _private(send_bytes(keys, f"钥匙 {name}.json", JSON))
    if what == TakeForm.RECORD:
        pdf = services.hand_out_record(archive, by=by, at=at, reason=reason)
        return _private(send_bytes(pdf, f"学习档案 {archive.klass.number}.pdf", PDF, inline=True))
    if what == TakeForm.PAPER:
        pdf = services.hand_out_paper(archive, by=by, at=at, reason=reason)
        return _private(send_bytes(pdf, f"纸质件 {name}.pdf", PDF))
    copy = services.hand_out_opened(archive, by=by, at=at, reason=reason)
    named = f"已开封副本-非封存件 {name}.zip"
    return _private(FileResponse(copy, as_attachment=True, filename=named, content_type=ZIP))


def _private(answer: HttpResponse | FileResponse) -> HttpResponseBase:
    """For who asked, not for any cache on the way."""
    answer["Cache-Control"] = "no-store"
    return answer
