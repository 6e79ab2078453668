"""档案材料: recordings played by range, signed sheets, other documents, what is missing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_POST

from anlan.attendance.models import Sheet
from anlan.classes import filed, policies, queries
from anlan.classes.evidence import missing_evidence
from anlan.classes.forms_live import AttachmentForm, RecordingForm
from anlan.classes.models import Attachment, Session, Status, TrainingClass
from anlan.classes.services.filing import (
    ATTACHMENT_ENDINGS,
    ATTACHMENT_MB,
    file_attachment,
    film_from_upload,
    film_purpose,
    film_session,
)
from anlan.classes.services.filming import may_go_live
from anlan.courses.models import Mode
from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.accounts.models import User
from anlan.foundation.files.responses import send_file, stream
from anlan.foundation.files.services import keep_upload
from anlan.foundation.files.uploads import permit, waiting_uploads
from anlan.lib.dates import at_shanghai, to_shanghai
from anlan.recordings.models import LiveRecording, Recording
from anlan.recordings.queries import covers
from anlan.recordings.services import VIDEO_ENDINGS, VIDEO_MB, keep_video

watching = guarded(policies.is_watching, load=queries.class_for)
FILED_HERE = ("attendance", "recordings")


@dataclass(frozen=True)
class Shelved:
    """A recording and the place of its line in the log, if it has one by now."""

    recording: Recording
    place: int | None


@dataclass(frozen=True)
class Shelf:
    """What one half-day has and lacks."""

    session: Session
    recordings: list[Shelved]
    sheets: list[Sheet]
    lives: list[LiveRecording]
    covered: bool
    films: bool
    may_go_live: bool
    form: RecordingForm | None
    wants_film: bool


@require_GET
@watching
def files(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    """What is missing; videos and sheets by half-day; the other documents."""
    at = now()
    open_class = klass.status in (Status.APPROVED, Status.RUNNING)
    may_file = policies.may_run(actor(request), klass) and open_class
    gaps = missing_evidence(klass, at=at) if open_class else []
    sessions = list(filed.sessions_with_files(klass))
    places = filed.ledger_places(one for s in sessions for one in s.recordings.all())
    context = {
        "klass": klass,
        "gaps": [gap for gap in gaps if gap.where in FILED_HERE],
        "shelves": [_shelf(s, places, may_file, at) for s in sessions],
        "attachments": klass.attachments.select_related("file", "by").order_by("at"),
        "may_file": may_file,
        "form": AttachmentForm() if may_file else None,
        "now": at,
        **(_uploading(actor(request), klass, at) if may_file else {}),
    }
    return render(request, "classes/live/files.html", context)


@require_POST
@guarded(policies.may_run_session, load=queries.session_for)
def film(request: HttpRequest, session: Session) -> HttpResponse:
    """File a video to its half-day."""
    by, at = actor(request), now()
    read = RecordingForm(request.POST, request.FILES).require()
    span = {
        "starts_at": at_shanghai(session.day, read["since"]),
        "ends_at": at_shanghai(session.day, read["until"]),
    }
    if read["upload"]:
        film_from_upload(session, read["upload"], by=by, at=at, **span)
    else:
        film_session(session, keep_video(read["file"], by=by, at=at), by=by, at=at, **span)
    messages.success(request, "录像已归档。")
    return redirect("classes:files", uid=session.klass.uid)


@require_POST
@guarded(policies.may_run, load=queries.class_for)
def attach(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    """File another document to the class."""
    by, at = actor(request), now()
    read = AttachmentForm(request.POST, request.FILES).require()
    stored = keep_upload(
        read["file"], by=by, at=at, endings=ATTACHMENT_ENDINGS, most_mb=ATTACHMENT_MB
    )
    file_attachment(klass, stored, title=read["title"], by=by, at=at)
    messages.success(request, f"「{read['title']}」已归档。")
    return redirect("classes:files", uid=klass.uid)


@require_GET
@guarded(filed.may_open, load=filed.recording_for)
def video(request: HttpRequest, film: filed.Filmed) -> HttpResponseBase:
    """The video's bytes, whole or by range."""
    return stream(request, film.recording.file)


@require_GET
@guarded(filed.may_open_sheet, load=filed.sheet_for)
def sheet(request: HttpRequest, sheet: Sheet) -> HttpResponseBase:
    return send_file(sheet.file)


@require_GET
@guarded(filed.may_open_attachment, load=filed.attachment_for)
def attachment(request: HttpRequest, attachment: Attachment) -> HttpResponseBase:
    return send_file(attachment.file)


def _uploading(user: User, klass: TrainingClass, at: datetime) -> dict[str, Any]:
    """What the upload's script needs, and what this person has begun and not handed in."""
    purpose = film_purpose(klass)
    return {
        "purpose": purpose,
        "permit": permit(by=user, purpose=purpose, endings=VIDEO_ENDINGS),
        "waiting": list(waiting_uploads(by=user, purpose=purpose, at=at)),
        "plain_mb": VIDEO_MB,
    }


def _shelf(session: Session, places: dict[str, int | None], may_file: bool, at: datetime) -> Shelf:
    register = session.register
    films = session.mode == Mode.OFFLINE
    recordings = list(session.recordings.all())
    held = register is not None and at >= register.starts_at
    form = None
    if register and films and may_file and held:
        form = RecordingForm(
            initial={
                "since": f"{to_shanghai(register.starts_at):%H:%M}",
                "until": f"{to_shanghai(min(at, register.ends_at)):%H:%M}",
            },
            auto_id=f"film{session.pk}_%s",
        )
    return Shelf(
        session=session,
        recordings=[Shelved(one, places.get(one.subject)) for one in recordings],
        sheets=list(register.sheets.all()) if register else [],
        lives=list(session.lives.all()),
        covered=register is not None and covers(recordings, register.starts_at, register.ends_at),
        films=films,
        may_go_live=may_file and may_go_live(session, at=at),
        form=form,
        wants_film=not recordings and register is not None and at >= register.ends_at,
    )
