"""One live recording as the recorder sees to it: step by step, each step safe to be cut off."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db.models import Max

from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date
from anlan.lib.refusals import Refused
from anlan.recordings.live import cameras, ffmpeg, runs, services
from anlan.recordings.live.inbox import Inbox
from anlan.recordings.models import LiveRecording, LiveStatus, Source
from anlan.recordings.spans import moment

log = logging.getLogger(__name__)
TRIES = 3
A_MINUTE = timedelta(minutes=1)
WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(seconds=30)


class Take:
    """What both kinds share: a run at a time, its segments kept, the end."""

    def __init__(self, live: LiveRecording, on_filed: services.OnFiled) -> None:
        self.live, self.on_filed = live, on_filed
        self.run: runs.Run | None = None
        self.inbox = Inbox.of(live.uid)
        self.seconds = rulebook(local_date(live.started_at)).number("live.segment_seconds")

    @property
    def over(self) -> bool:
        return self.live.status == LiveStatus.FINISHED

    def step(self, at: datetime) -> None:
        """Look once: keep what is whole, start what has to run, finish what has ended."""
        self.live.refresh_from_db()
        if self.over:
            return
        if self.run is None:
            self.begin(at)
        else:
            self.go_on(self.run, at)
        if self.live.status == LiveStatus.LIVE:
            self._end_if_idle(at)

    def begin(self, at: datetime) -> None:
        raise NotImplementedError

    def go_on(self, run: runs.Run, at: datetime) -> None:
        raise NotImplementedError

    def let_go(self) -> None:
        """The recorder stops: end the run. What it has not finished is done again, or is a gap."""
        if self.run:
            self.run.kill()

    def finish(self, at: datetime) -> None:
        services.finish_live(self.live, at=at, on_filed=self.on_filed)
        self.inbox.forget()

    def start(self, command: Callable[[Path], list[str]], part: int, *, fed: bool) -> runs.Run:
        folder = Path(settings.ANLAN_LIVE) / str(self.live.uid) / "out" / f"{part:05d}"
        self.run = runs.start(command, folder, part, fed=fed)
        return self.run

    def keep(self, run: runs.Run, began: datetime) -> None:
        """Keep the run's whole segments, each with its line in the ledger."""
        for made in run.made():
            length = made.end - made.begin
            if length <= 0 or not made.path.stat().st_size:
                continue
            services.keep_segment(
                self.live,
                made.path,
                part=run.part,
                place=made.place,
                starts_at=began + timedelta(seconds=made.begin),
                duration_ms=max(1, round(length * 1000)),
            )
            made.path.unlink(missing_ok=True)

    def _end_if_idle(self, at: datetime) -> None:
        quiet = at - (self.live.heard_at or self.live.started_at)
        if quiet < A_MINUTE:
            return  # asked several times a second: the rules are read only when it matters
        minutes = rulebook(local_date(at)).whole("live.idle_minutes")
        if quiet > timedelta(minutes=minutes):
            services.end_idle(self.live, at=at, minutes=minutes)


class BrowserTake(Take):
    """Parts out of the inbox, one after the other; a run that was killed does its part again."""

    def __init__(self, live: LiveRecording, on_filed: services.OnFiled) -> None:
        super().__init__(live, on_filed)
        self.feeder: runs.Feeder | None = None
        self.tries = 0

    def begin(self, at: datetime) -> None:
        waiting = self.inbox.waiting()
        if waiting:
            run = self.start(partial(ffmpeg.from_pipe, seconds=self.seconds), waiting[0], fed=True)
            self.feeder = runs.Feeder(run, self.inbox, partial(self._is_closed, waiting[0]))
        elif self.live.status == LiveStatus.ENDING:
            self.finish(at)

    def go_on(self, run: runs.Run, at: datetime) -> None:
        over = run.over
        self.keep(run, moment(self.inbox.starts_ms(run.part)))
        if not over:
            return
        assert self.feeder
        self.feeder.halt()
        self.tries += 1
        good = self.feeder.done and run.process.returncode == 0
        if good or self.tries >= TRIES:
            if not good:
                log.error("part %d of %s: %s", run.part, self.live.uid, " | ".join(run.words))
                services.note(self.live, "有一段画面无法解码，已跳过")
            self.inbox.finish(run.part)
            self.tries = 0
        run.clear()
        self.run = None

    def let_go(self) -> None:
        super().let_go()
        if self.feeder:
            self.feeder.halt()

    def _is_closed(self, part: int) -> bool:
        """No chunk of this part can come any more: a later one has begun, or all is over."""
        return self.live.status != LiveStatus.LIVE or any(p > part for p in self.inbox.parts())


class CameraTake(Take):
    """A stream that is pulled or pushed; whenever it breaks, the next run is a new part."""

    def __init__(self, live: LiveRecording, on_filed: services.OnFiled) -> None:
        super().__init__(live, on_filed)
        self.began: datetime | None = None
        self.again_at: datetime | None = None
        self.wait = WAIT
        self.copied: bool | None = None

    def begin(self, at: datetime) -> None:
        if self.live.status == LiveStatus.ENDING:
            self.finish(at)
        elif self.again_at is None or at >= self.again_at:
            self.began = None
            try:
                command = self._command()
            except Refused as refused:
                self._later(at, refused.message)
                return
            last = self.live.segments.aggregate(last=Max("part"))["last"]
            self.start(command, 0 if last is None else last + 1, fed=False)

    def go_on(self, run: runs.Run, at: datetime) -> None:
        if self.live.status == LiveStatus.ENDING:
            run.stop()
        over = run.over
        self._keep(run, at)
        if not over:
            return
        if self.live.status == LiveStatus.LIVE:
            self._later(at, self._why(run))
        run.clear()
        self.run = None

    def _keep(self, run: runs.Run, at: datetime) -> None:
        """Its clock is the server's: the first segment ended just now."""
        if self.began is None:
            if not (run.folder / ffmpeg.LIST).exists():
                return
            first = run.made()
            run.taken = 0
            if not first:
                return
            self.began = at - timedelta(seconds=first[-1].end)
            self.wait = WAIT
        self.keep(run, self.began)

    def _command(self) -> Callable[[Path], list[str]]:
        if self.live.source == Source.RTMP:
            host, _ports = services.rtmp_place()
            port, key = self.live.port or 0, self.live.key
            return partial(self._pushed, host, port, key)
        cameras.require_reachable(self.live.address)
        if self.copied is None:
            self.copied = ffmpeg.is_h264(self.live.address)
        return partial(
            ffmpeg.from_rtsp, self.live.address, seconds=self.seconds, copied=self.copied
        )

    def _pushed(self, host: str, port: int, key: str, folder: Path) -> list[str]:
        return ffmpeg.from_rtmp(host, port, key, folder, seconds=self.seconds)

    def _later(self, at: datetime, words: str) -> None:
        services.note(self.live, words[:200])
        self.again_at = at + self.wait
        self.wait = min(self.wait * 2, LONGEST_WAIT)

    def _why(self, run: runs.Run) -> str:
        if run.refused:
            return "有设备用错误的密钥推流，已拒绝"
        if self.live.source == Source.RTMP:
            return "推流中断，等待设备重新推流"
        log.warning("camera %s: ffmpeg ended with %s", self.live.uid, run.process.returncode)
        self.copied = None if self.began is None else self.copied
        return "连接不上摄像头，正在重试" if self.began is None else "摄像头画面中断，正在重连"


def take_of(live: LiveRecording, on_filed: services.OnFiled) -> Take:
    """The kind of take that a source needs."""
    kind = BrowserTake if live.source == Source.BROWSER else CameraTake
    return kind(live, on_filed)
