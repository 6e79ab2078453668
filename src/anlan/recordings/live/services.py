"""From the first button to the filed recording: each verb with its line in the ledger."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.timezone import now

from anlan.foundation.accounts.models import User
from anlan.foundation.files.services import keep, not_kept
from anlan.foundation.ledger.models import TimeSource
from anlan.foundation.ledger.services import record, rfc3339
from anlan.foundation.notices.services import tell
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.lib.states import advance
from anlan.proofs.canonical import canonical
from anlan.recordings.live import cameras
from anlan.recordings.live.inbox import Inbox
from anlan.recordings.live.queries import segment_list, segments_with_files, span_of
from anlan.recordings.models import LiveRecording, LiveStatus, Recording, Segment, Source
from anlan.recordings.spans import merged, moment, ms
from anlan.recordings.states import LIVE_STEPS

CHUNK_BYTES = 4 * 1024 * 1024
PARTS_MOST, CHUNKS_MOST = 20_000, 5_000
# What a recorder that does not run may let pile up: about an hour of one phone.
WAITING_BYTES = 512 * 1024 * 1024
CLOCKS_APART = timedelta(seconds=5)
OnFiled = Callable[[LiveRecording, Recording], None]


@transaction.atomic
def begin_live(
    *, title: str, source: Source, by: User, at: datetime, address: str = ""
) -> LiveRecording:
    """Begin a live recording; a camera's address is checked, a pushing device gets port and key."""
    live = LiveRecording(title=title[:120], source=source, started_at=at, by=by)
    if source == Source.RTSP:
        live.address = cameras.read_address(address)
        live.note = "正在连接摄像头"
    if source == Source.RTMP:
        live.key, live.port = secrets.token_hex(12), _free_port()
        live.note = "等待设备推流"
    try:
        with transaction.atomic():
            live.save()
    except IntegrityError:
        raise Refused("推流端口刚被占用。", "请再点一次。") from None
    record(live.subject, "live_begun", by=by, at=at, title=live.title, source=str(source))
    return live


def accept_chunk(
    live: LiveRecording,
    part: int,
    no: int,
    body: bytes,
    *,
    starts_at: datetime,
    last: bool,
    at: datetime,
) -> bool:
    """Keep one chunk of the browser's film, durable when it returns; False when it was here before.

    `starts_at` is the device's word for when the part began; it can't lie in the future, nor
    before the recording was begun.
    """
    if live.status != LiveStatus.LIVE:
        raise NotAllowed("这路录像已经结束，不再接收画面。", "如需继续，请重新开始直播录像。")
    if not (0 <= part < PARTS_MOST and 0 <= no < CHUNKS_MOST):
        raise BadInput("画面编号不对。", "请刷新拍摄页面。")
    if (not body and not last) or len(body) > CHUNK_BYTES:
        raise ChunkTooLarge("一段画面是空的或超过 4 MB，没有接收。", "请降低画质，或刷新拍摄页面。")
    inbox = Inbox.of(live.uid)
    if no == 0 and inbox.waiting_bytes() > WAITING_BYTES:
        raise Refused("服务器积压的画面太多，暂停接收。", "请联系平台运维人员检查录像程序。")
    begun = max(min(starts_at, at), live.started_at - CLOCKS_APART)
    try:
        fresh = inbox.put(part, no, body, starts_ms=ms(begun), last=last)
    except OSError as failure:
        raise not_kept(failure) from failure
    LiveRecording.objects.filter(pk=live.pk).update(heard_at=at)
    return fresh


class ChunkTooLarge(BadInput):
    """Nothing, or more than a chunk may hold."""

    status = 413


@transaction.atomic
def end_live(live: LiveRecording, *, by: User | None, at: datetime, because: str) -> None:
    """No more pictures are taken; what has come in is worked up, then the recording is filed."""
    advance(live, LiveStatus.ENDING, LIVE_STEPS, ended_at=at)
    record(live.subject, "live_ended", by=by, at=at, because=because)


@transaction.atomic
def end_idle(live: LiveRecording, *, at: datetime, minutes: int) -> None:
    """Nothing has come for so long that nobody is filming: end it and tell who began it."""
    end_live(live, by=None, at=at, because=f"idle {minutes} minutes")
    tell(
        [live.by],
        f"直播录像已自动结束：{live.title}"[:120],
        body=f"超过 {minutes} 分钟没有新画面。已收到的部分正在归档；如还在上课，请重新开始。",
        at=at,
        dedupe=f"live-idle/{live.uid}",
    )


def keep_segment(
    live: LiveRecording, path: Path, *, part: int, place: int, starts_at: datetime, duration_ms: int
) -> Segment | None:
    """Keep a whole segment, its hash in the ledger by then; None when it was kept before.

    The recorder may do a part again after a crash: what it made before then is passed over.
    """
    if live.segments.filter(part=part, place=place).exists():
        return None
    at = now()
    last = live.segments.order_by("-no").first()
    no = last.no + 1 if last else 0
    with path.open("rb") as file:
        stored = keep(
            iter(lambda: file.read(256 * 1024), b""),
            name=f"{live.uid}-{no:05d}.ts",
            by=None,
            at=at,
        )
    stored.content_type = "video/mp2t"
    with transaction.atomic():
        stored.save(update_fields=["content_type"])
        segment = Segment.objects.create(
            live=live,
            no=no,
            part=part,
            place=place,
            file=stored,
            starts_at=min(starts_at, at),
            duration_ms=duration_ms,
            received_at=at,
            discontinuity=bool(last and last.part != part),
        )
        _record_segment(live, segment)
        LiveRecording.objects.filter(pk=live.pk).update(heard_at=at, note="")
    return segment


def _record_segment(live: LiveRecording, segment: Segment) -> None:
    """A browser says itself when it filmed; when the line was recorded is the server's clock."""
    browser = live.source == Source.BROWSER
    record(
        live.segments_subject,
        "segment_filed",
        by=None,
        at=segment.starts_at,
        time_source=TimeSource.DEVICE if browser else TimeSource.SERVER,
        recording=str(live.uid),
        no=segment.no,
        sha256=segment.file.sha256,
        size=segment.file.size,
        starts_at=rfc3339(segment.starts_at),
        duration_ms=segment.duration_ms,
    )


def finish_live(live: LiveRecording, *, at: datetime, on_filed: OnFiled) -> Recording | None:
    """All that came is kept: file the recording under its segment list. None when nothing came.

    `on_filed` is told in the same transaction: who holds the live recording takes the filed one.
    """
    segments = segments_with_files(live)
    if not segments:
        advance(live, LiveStatus.FINISHED, LIVE_STEPS, note="没有收到任何画面")
        return None
    listed = canonical(segment_list(live, segments))
    file = keep([listed], name="直播录像（分段清单）.json", by=live.by, at=at)
    spans = merged(span_of(one) for one in segments)
    with transaction.atomic():
        recording = Recording.objects.create(
            uid=live.uid,
            title=live.title,
            file=file,
            starts_at=moment(spans[0][0]),
            ends_at=moment(spans[-1][1]),
            spans=spans,
            duration_s=max(1, sum(one.duration_ms for one in segments) // 1000),
            examined_at=at,
            by=live.by,
            at=at,
        )
        record(
            recording.subject,
            "recording_filed",
            by=live.by,
            at=at,
            title=recording.title,
            sha256=file.sha256,
            size=file.size,
            starts_at=rfc3339(recording.starts_at),
            ends_at=rfc3339(recording.ends_at),
            segments=len(segments),
        )
        advance(live, LiveStatus.FINISHED, LIVE_STEPS, recording=recording, note="")
        on_filed(live, recording)
    return recording


def note(live: LiveRecording, words: str) -> None:
    """Say on the pages what keeps the pictures from coming; no fact of the ledger."""
    if live.note != words:
        live.note = words
        LiveRecording.objects.filter(pk=live.pk).update(note=words)


def rtmp_place() -> tuple[str, range]:
    """Host and ports where pushed streams are taken, from `ANLAN_RTMP` (host:first-last)."""
    host, _, ports = settings.ANLAN_RTMP.rpartition(":")
    first, _, last = ports.partition("-")
    return host, range(int(first), int(last or first) + 1)


def push_address(live: LiveRecording, host: str) -> str:
    """What is typed into the pushing device, whole."""
    return f"rtmp://{host}:{live.port}/live/{live.key}"


def _free_port() -> int:
    _host, ports = rtmp_place()
    unfinished = LiveRecording.objects.exclude(status=LiveStatus.FINISHED)
    used = set(unfinished.filter(port__isnull=False).values_list("port", flat=True))
    free = next((port for port in ports if port not in used), None)
    if free is None:
        raise Refused(
            f"推流端口都在使用中（共 {len(ports)} 个）。", "请等其他班结束，或改用手机直播。"
        )
    return free
