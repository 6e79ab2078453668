"""A camera that is asked and a device that pushes, each with a real ffmpeg on the other end."""

import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.utils.timezone import now

from anlan.recordings.live import ffmpeg, services
from anlan.recordings.live.takes import CameraTake, take_of
from anlan.recordings.models import LiveRecording, Recording, Source
from anlan.testing.cast import Cast, the_cast
from tests.long.city import City, needs_proc, until
from tests.long.rtsp import a_camera
from tests.long.site import free_port


@pytest.fixture(scope="module")
def cast(city: City) -> Cast:
    return the_cast()


def go_on(take: CameraTake, done: Callable[[], bool], seconds: float, what: str) -> None:
    """Step as the recorder does, until it is so."""
    end, pause = now() + timedelta(seconds=seconds), Event()
    while not done():
        assert now() < end, f"still not: {what} ({LiveRecording.objects.get(pk=take.live.pk).note})"
        take.step(now())
        pause.wait(0.2)


def a_take(cast: Cast, source: Source, address: str = "") -> CameraTake:
    live = services.begin_live(
        title="上午课", source=source, by=cast.class_manager, at=now(), address=address
    )
    take = take_of(live, lambda *_: None)
    assert isinstance(take, CameraTake)
    return take


def finish(take: CameraTake, cast: Cast) -> Recording:
    services.end_live(take.live, by=cast.class_manager, at=now(), because="stopped")
    go_on(take, lambda: take.over, 20, "finished")
    return Recording.objects.get(uid=take.live.uid)


def test_a_camera_is_recorded_cut_off_and_recorded_again(
    cast: Cast, tmp_path: Path, settings: Any
) -> None:
    settings.ANLAN_LOOPBACK_CAMERAS = True
    with a_camera(tmp_path) as camera:
        assert ffmpeg.is_h264(camera.address)
        take = a_take(cast, Source.RTSP, camera.address)
        kept = take.live.segments
        go_on(take, lambda: kept.count() >= 2, 40, "two segments")
        assert take.copied
        camera.cut()
        go_on(take, lambda: kept.filter(part=1).exists(), 60, "segments after the cut")
        recording = finish(take, cast)
    assert kept.get(part=1, place=0).discontinuity
    first = kept.select_related("file").get(no=0)
    assert ffmpeg.frame_at(first.file.path, 1)
    late = first.received_at - first.starts_at - timedelta(milliseconds=first.duration_ms)
    assert timedelta(0) <= late < timedelta(seconds=3)
    assert recording.duration_s
    assert recording.duration_s >= 10


def listens(port: int) -> bool:
    """Asked of the kernel: a connection to try it would be the one that ffmpeg takes."""
    rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return any(row.split()[1].endswith(f":{port:04X}") and row.split()[3] == "0A" for row in rows)


def a_device(port: int, key: str) -> "subprocess.Popen[bytes]":
    """Pushes twelve seconds of a test picture."""
    picture = ["-re", "-f", "lavfi", "-i", "testsrc=s=320x240:r=10", "-t", "12", "-c:v", "libx264"]
    speed = ["-preset", "ultrafast", "-tune", "zerolatency", "-g", "10"]
    where = ["-f", "flv", f"rtmp://127.0.0.1:{port}/live/{key}"]
    return subprocess.Popen([ffmpeg.binary(), "-loglevel", "quiet", *picture, *speed, *where])


@needs_proc
def test_a_pushed_stream_is_recorded_and_a_strangers_is_not(cast: Cast, settings: Any) -> None:
    port = free_port()
    settings.ANLAN_RTMP = f"127.0.0.1:{port}-{port}"
    take = a_take(cast, Source.RTMP)
    kept = take.live.segments
    take.step(now())
    until(lambda: listens(port), 20, "ffmpeg listens")
    stranger = a_device(port, "0" * 24)
    try:
        go_on(take, lambda: "错误的密钥" in take.live.note, 30, "the stranger is refused")
    finally:
        stranger.kill()
        stranger.wait()
    assert kept.count() == 0
    go_on(take, lambda: take.run is not None, 20, "it listens again")
    until(lambda: listens(port), 20, "ffmpeg listens")
    device = a_device(port, take.live.key)
    try:
        go_on(take, lambda: kept.count() >= 2, 40, "two segments")
    finally:
        device.kill()
        device.wait()
    recording = finish(take, cast)
    assert recording.duration_s
    assert recording.duration_s >= 8
