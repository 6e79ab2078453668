"""代考平板与纸质试卷: for whoever has no phone, reads little or sees badly."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.assessments import services as assessments
from anlan.assessments.models import IdentityProof, PaperSheet
from anlan.assessments.printed import exam_papers_pdf
from anlan.assessments.queries.assisted import (
    PaperStep,
    answer_boxes,
    differences,
    paper_step,
)
from anlan.assessments.services.papers_keyed import SCAN_ENDINGS, SCAN_MB
from anlan.assessments.services.tablets import tablet_of_link
from anlan.attendance.codes import qr_svg
from anlan.classes import policies, queries, sittings
from anlan.classes.forms.sittings import (
    DifferenceForm,
    KeyingForm,
    ScanForm,
    TabletForm,
    WithdrawForm,
)
from anlan.classes.forms_live import moment_input
from anlan.classes.held import OfClass
from anlan.classes.models import TrainingClass
from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.files.responses import PDF, send_bytes, send_file
from anlan.foundation.files.services import keep_upload
from anlan.lib.dates import to_shanghai
from anlan.lib.refusals import BadInput

inviting = guarded(policies.may_invigilate, load=queries.class_for)
one_sitting = guarded(policies.may_invigilate_it, load=sittings.sitting_for)
one_paper = guarded(policies.may_invigilate_it, load=sittings.paper_for)


@gzip_page
@require_GET
@inviting
def assist(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    """Who could sit on a tablet or on paper, and where each paper stands."""
    seats = sittings.seats_of(klass, at=now())
    context = {
        "klass": klass,
        "seats": seats,
        "printable": sum(seat.may_print for seat in seats),
        "papers": [seat for seat in seats if seat.sheet],
    }
    return render(request, "classes/live/assist.html", context)


@require_http_methods(["GET", "POST"])
@one_sitting
def tablet(request: HttpRequest, held: OfClass) -> HttpResponse:
    """Check who it is, in person; then a one-time link for the tablet."""
    form = TabletForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        read = form.cleaned_data
        _tablet, token = assessments.open_tablet(
            held.sitting,
            checked=IdentityProof(read["checked"]),
            remark=read["remark"],
            read_aloud=read["read_aloud"],
            by=actor(request),
            at=now(),
        )
        link = redirect("classes:tablet_link", uid=held.sitting.uid)
        link["Location"] += f"?t={token}"
        return link
    context = {"held": held, "klass": held.klass, "sitting": held.sitting, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "classes/live/tablet.html", context, status=status)


@never_cache
@require_GET
@one_sitting
def tablet_link(request: HttpRequest, held: OfClass) -> HttpResponse:
    """Go on with this tablet, or let another one scan the code; it works once, for ten minutes."""
    token = request.GET.get("t", "")
    opened = tablet_of_link(token, at=now())
    link = reverse("assessments:tablet_enter", args=[token])
    context = {
        "held": held,
        "klass": held.klass,
        "sitting": held.sitting,
        "tablet": opened,
        "link": link,
        "code": mark_safe(qr_svg(request.build_absolute_uri(link))),
    }
    return render(request, "classes/live/tablet_link.html", context)


@require_POST
@inviting
def print_papers(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    """Print for the ticked learners, all in one document."""
    wanted = set(request.POST.getlist("sittings"))
    at = now()
    seats = sittings.seats_of(klass, at=at)
    chosen = [seat.sitting for seat in seats if str(seat.sitting.uid) in wanted]
    if not chosen:
        raise BadInput("还没有勾选学员。", "请勾选要印纸质试卷的学员。")
    sheets = assessments.print_papers(chosen, by=actor(request), at=at)
    return _printed(sheets, f"纸质试卷-{klass.number}", at)


@require_GET
@one_paper
def reprint(request: HttpRequest, held: OfClass) -> HttpResponse:
    """The same paper again, under the same code."""
    sheet = _sheet(held)
    return _printed([sheet], f"纸质试卷-{sheet.code}", now())


@gzip_page
@require_http_methods(["GET", "POST"])
@one_paper
def paper(request: HttpRequest, held: OfClass) -> HttpResponse:
    """One paper on its way: scan, first hand, second hand, what differs, the grade."""
    sheet, user = _sheet(held), actor(request)
    step, boxes = paper_step(sheet), answer_boxes(held.sitting)
    keyed_by_me = sheet.keyings.filter(by=user).exists()
    form: KeyingForm | DifferenceForm | None = None
    data = request.POST if request.method == "POST" else None
    if step in (PaperStep.SCANNED, PaperStep.KEYED) and not keyed_by_me:
        form = KeyingForm(boxes, data)
    elif step == PaperStep.DIFFERENT:
        form = DifferenceForm(differences(sheet), boxes, data)
    if request.method == "POST" and (form is None or form.is_valid()):
        return _take(request, held, form)
    context = {
        "held": held,
        "klass": held.klass,
        "sitting": held.sitting,
        "sheet": sheet,
        "step": step,
        "keyings": sheet.keyings.select_related("by"),
        "keyed_by_me": keyed_by_me,
        "form": form,
        "scan_form": _scan_form(held) if step == PaperStep.PRINTED else None,
        "withdraw_form": WithdrawForm(),
        "is_picture": bool(sheet.scan and sheet.scan.content_type.startswith("image/")),
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "classes/live/paper_sheet.html", context, status=status)


@require_POST
@one_paper
def file_scan(request: HttpRequest, held: OfClass) -> HttpResponse:
    by, at = actor(request), now()
    read = ScanForm(request.POST, request.FILES).require()
    file = keep_upload(read["file"], by=by, at=at, endings=SCAN_ENDINGS, most_mb=SCAN_MB)
    assessments.file_scan(
        _sheet(held), file, began_at=read["began_at"], handed_at=read["handed_at"], by=by, at=at
    )
    messages.success(request, "扫描件已归档，可以由两个人先后录入。")
    return redirect("classes:paper_sheet", uid=_sheet(held).uid)


@require_POST
@one_paper
def withdraw(request: HttpRequest, held: OfClass) -> HttpResponse:
    reason = WithdrawForm(request.POST).require()["reason"]
    assessments.withdraw_paper(_sheet(held), reason=reason, by=actor(request), at=now())
    messages.success(request, "纸质试卷已收回，学员可以改用手机或平板考试。")
    return redirect("classes:assist", uid=held.klass.uid)


@require_GET
@one_paper
def scan(request: HttpRequest, held: OfClass) -> HttpResponseBase:
    """The scan, for whoever keys it in."""
    stored = _sheet(held).scan
    if stored is None:
        raise Http404
    return send_file(stored, inline=True)


def _take(
    request: HttpRequest, held: OfClass, form: KeyingForm | DifferenceForm | None
) -> HttpResponse:
    sheet, by, at = _sheet(held), actor(request), now()
    if isinstance(form, DifferenceForm):
        assessments.decide_differences(sheet, form.chosen(), by=by, at=at)
        messages.success(request, "差异已裁定，答卷已评分。")
    else:
        given = form.answers() if form else {}
        assessments.key_in(sheet, given, by=by, at=at)
        messages.success(request, _said(PaperSheet.objects.get(pk=sheet.pk)))
    return redirect("classes:paper_sheet", uid=sheet.uid)


def _said(sheet: PaperSheet) -> str:
    return {
        PaperStep.KEYED: "已录入。请另一个人再录入一遍，您录入的内容不会给他看。",
        PaperStep.DIFFERENT: "两次录入不一致，请对照扫描件裁定。",
        PaperStep.SETTLED: "两次录入一致，答卷已评分。",
    }[paper_step(sheet)]


def _sheet(held: OfClass) -> PaperSheet:
    assert isinstance(held.found, PaperSheet)
    return held.found


def _scan_form(held: OfClass) -> ScanForm:
    opens = to_shanghai(held.sitting.opens_at)
    return ScanForm(initial={"began_at": moment_input(opens)})


def _printed(sheets: list[PaperSheet], name: str, at: datetime) -> HttpResponse:
    return send_bytes(exam_papers_pdf(sheets, at=at), f"{name}.pdf", PDF, inline=True)
