"""A camera's address: what is let through, what is shown of it, what ffmpeg is told."""

import socket
from pathlib import Path

import pytest

from anlan.lib.refusals import BadInput
from anlan.recordings.live import cameras, ffmpeg
from anlan.recordings.models import LiveRecording, Source
from anlan.recordings.tests.scenes import a_live
from anlan.testing.cast import Cast

GOOD = "rtsp://admin:p%40ss@192.168.1.20:554/stream1?channel=1"


def test_a_private_camera_is_let_through() -> None:
    assert cameras.read_address(f" {GOOD} ") == GOOD


def test_a_password_is_quoted_alike_however_it_was_typed() -> None:
    assert cameras.read_address("rtsp://a:b$c@10.0.0.9/x") == "rtsp://a:b%24c@10.0.0.9/x"


@pytest.mark.parametrize(
    "address",
    [
        "", "rtsp://", "http://192.168.1.20/", "file:///etc/passwd", "rtsp:///x",
        "concat:rtsp://10.0.0.9/x", "rtsp://10.0.0.9:99999/x", "rtsp://10.0.0.9/a b",
        "rtsp://10.0.0.9/x\n-i /etc/passwd", "-i rtsp://10.0.0.9/", "rtsp://10.0.0.9/" + "x" * 500,
    ],
)  # fmt: skip
def test_what_is_no_camera_address_is_refused(address: str) -> None:
    with pytest.raises(BadInput, match="摄像头地址"):
        cameras.read_address(address)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "[fe80::1]", "224.0.0.1", "0.0.0.0",
     "[::ffff:127.0.0.1]", "[::ffff:169.254.169.254]"],
)  # fmt: skip
def test_this_machine_and_link_local_addresses_are_refused(host: str) -> None:
    with pytest.raises(BadInput, match="不是摄像头的地址"):
        cameras.read_address(f"rtsp://{host}/x")


def test_a_name_that_leads_here_is_refused_before_connecting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = [(2, 1, 6, "", ("127.0.0.1", 554))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: found)
    with pytest.raises(BadInput, match="不是摄像头的地址"):
        cameras.require_reachable("rtsp://camera.example/x")


def test_name_password_and_query_are_not_shown() -> None:
    assert cameras.masked(GOOD) == "rtsp://***@192.168.1.20:554/stream1?***"
    assert cameras.masked("rtsp://10.0.0.9/x") == "rtsp://10.0.0.9/x"


def test_the_address_is_sealed_at_rest(cast: Cast) -> None:
    live = a_live(cast, source=Source.RTSP, address=GOOD)
    assert LiveRecording.objects.get().address == GOOD
    assert not LiveRecording.objects.extra(where=["address LIKE %s"], params=["%192.168%"]).exists()
    assert live.note == "正在连接摄像头"


def test_a_bad_address_begins_nothing(cast: Cast) -> None:
    with pytest.raises(BadInput):
        a_live(cast, source=Source.RTSP, address="http://x")
    assert not LiveRecording.objects.exists()


def test_ffmpeg_reads_a_camera_by_its_protocols_only(tmp_path: Path) -> None:
    said = ffmpeg.from_rtsp(GOOD, tmp_path, seconds=4, copied=True)
    allowed = said[said.index("-protocol_whitelist") + 1].split(",")
    assert set(allowed) == {"rtsp", "rtsps", "rtp", "srtp", "tcp", "tls", "udp", "crypto"}
    assert said[said.index("-i") + 1] == GOOD
    assert said[said.index("-c:v") + 1] == "copy"
    encoded = ffmpeg.from_rtsp(GOOD, tmp_path, seconds=4, copied=False)
    assert encoded[encoded.index("-c:v") + 1] == "libx264"


def test_ffmpeg_reads_a_browser_from_the_pipe_only(tmp_path: Path) -> None:
    said = ffmpeg.from_pipe(tmp_path, seconds=4)
    assert said[said.index("-protocol_whitelist") + 1] == "pipe"
    assert "hls" not in said[said.index("-format_whitelist") + 1]
    assert said[said.index("-i") + 1] == "pipe:0"
    assert said[said.index("-hls_time") + 1] == "4"


def test_ffmpeg_listens_where_it_was_told(tmp_path: Path) -> None:
    said = ffmpeg.from_rtmp("127.0.0.1", 19350, "k3y", tmp_path, seconds=4)
    assert said[said.index("-i") + 1] == "rtmp://127.0.0.1:19350/live/k3y"
    assert said[said.index("-protocol_whitelist") + 1] == "rtmp,tcp"
    assert said[said.index("-listen") + 1] == "1"
