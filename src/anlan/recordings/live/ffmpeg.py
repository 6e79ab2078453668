"""What ffmpeg is told: argument lists, never a shell. It is a program apart, started by `record`.

Segments are MPEG-TS with H.264 and AAC: each stands for itself (no init segment), plays everywhere,
and one that is lost takes nothing else with it.
"""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import imageio_ffmpeg
from django.conf import settings

LIST = "list.m3u8"
QUIET = ["-hide_banner", "-loglevel", "warning", "-y"]
BROWSER_FORMATS = "matroska,webm,mov,mp4,m4a,3gp,3g2,mj2"
CAMERA_PATIENCE_US = "10000000"
LOOK_SECONDS = 60
_DURATION = re.compile(r"Duration: (\d+):(\d\d):(\d\d)\.(\d+)")
_VIDEO = re.compile(r"Stream #.*Video: (\w+)")


def binary() -> str:
    """The ffmpeg to start: the installation's own choice, or the one of the wheel."""
    return str(settings.ANLAN_FFMPEG or imageio_ffmpeg.get_ffmpeg_exe())


def from_pipe(folder: Path, *, seconds: float) -> list[str]:
    """Segments of a browser's film that comes by standard input."""
    source = ["-analyzeduration", "1000000", "-fflags", "+genpts"]
    source += ["-protocol_whitelist", "pipe", "-format_whitelist", BROWSER_FORMATS, "-i", "pipe:0"]
    return [binary(), *QUIET, *source, *_encoded(seconds), *_segments(folder, seconds)]


def from_rtsp(address: str, folder: Path, *, seconds: float, copied: bool) -> list[str]:
    """Segments of a camera that is asked for its stream; `copied` when it is H.264 already."""
    picture = _copied() if copied else _encoded(seconds)
    source = ["-nostdin", *_rtsp(address)]
    return [binary(), *QUIET, *source, *picture, *_segments(folder, seconds)]


def from_rtmp(host: str, port: int, key: str, folder: Path, *, seconds: float) -> list[str]:
    """Segments of a device that pushes; RTMP carries H.264.

    ffmpeg only warns when the key is another one: whoever runs it must read that and stop it.
    """
    address = f"rtmp://{host}:{port}/live/{key}"
    source = ["-nostdin", "-protocol_whitelist", "rtmp,tcp", "-f", "flv", "-listen", "1"]
    return [binary(), *QUIET, *source, "-i", address, *_copied(), *_segments(folder, seconds)]


def is_h264(address: str) -> bool:
    """Whether a camera sends H.264; False when it can't be asked."""
    found = _VIDEO.search(_told([binary(), "-hide_banner", "-nostdin", *_rtsp(address)]))
    return found is not None and found[1] == "h264"


def duration_of(path: Path) -> float | None:
    """Length in seconds as the film itself has it; None when it is no film that can be read.

    A film that a browser recorded has no length in its head: it is played through at once then.
    """
    ask = [binary(), "-hide_banner", "-nostdin", "-protocol_whitelist", "file", "-i", str(path)]
    told = _told(ask)
    if not _VIDEO.search(told):
        return None
    found = _DURATION.search(told)
    if found:
        hours, minutes, seconds, part = found.groups()
        return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{part}")
    through = _told([*ask, "-map", "0:v:0", "-c", "copy", "-f", "null", "-"], patience=600)
    times = re.findall(r"time=(\d+):(\d\d):(\d\d)\.(\d+)", through)
    if not times:
        return None
    hours, minutes, seconds, part = times[-1]
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{part}")


def frame_at(path: Path, second: float) -> bytes | None:
    """One picture (PNG) of a film; None when there is none at that second.

    Where frames are far apart the one before is taken.
    """
    earlier = [s for s in (second, second - 1, second - 2) if s >= 0] or [0.0]
    return next(filter(None, (_frame(path, s) for s in earlier)), None)


def _frame(path: Path, second: float) -> bytes | None:
    where = ["-ss", f"{max(second, 0):.3f}", "-protocol_whitelist", "file", "-i", str(path)]
    ask = [binary(), "-hide_banner", "-nostdin", "-loglevel", "error", *where, "-map", "0:v:0"]
    ask += ["-frames:v", "1", "-f", "image2pipe", "-c:v", "png", "pipe:1"]
    try:
        done = subprocess.run(ask, capture_output=True, timeout=LOOK_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None
    return done.stdout or None


def _rtsp(address: str) -> list[str]:
    allowed = ["-protocol_whitelist", "rtsp,rtsps,rtp,srtp,tcp,tls,udp,crypto"]
    return [*allowed, "-rtsp_transport", "tcp", "-timeout", CAMERA_PATIENCE_US, "-i", address]


def _encoded(seconds: float) -> list[str]:
    """At most 1280 wide; a key frame at each half segment, so that cuts fall where they should."""
    return [
        *("-map", "0:v:0", "-map", "0:a:0?"),
        *("-c:v", "libx264", "-preset", "superfast", "-tune", "zerolatency"),
        *("-crf", "27", "-threads", "2"),
        *("-maxrate", "1500k", "-bufsize", "3000k", "-pix_fmt", "yuv420p"),
        *("-vf", "scale=w='trunc(min(1280,iw)/2)*2':h=-2", "-fps_mode", "vfr"),
        *("-force_key_frames", f"expr:gte(t,n_forced*{seconds / 2:g})"),
        *("-c:a", "aac", "-b:a", "64k", "-ac", "1", "-ar", "44100"),
    ]


def _copied() -> list[str]:
    """The picture as it comes; sound made AAC, which may be missing."""
    sound = ["-c:a", "aac", "-b:a", "64k", "-ac", "1", "-ar", "44100"]
    return ["-map", "0:v:0", "-map", "0:a:0?", "-c:v", "copy", *sound]


def _segments(folder: Path, seconds: float) -> list[str]:
    """The list names a segment once it is whole, with its length up to the next one's first frame.

    (The muxer named `segment` leaves out what lies between last frame and cut.)
    """
    return [
        *("-f", "hls", "-hls_time", f"{seconds:g}", "-hls_segment_type", "mpegts"),
        *("-hls_list_size", "0", "-hls_flags", "temp_file+independent_segments"),
        *("-hls_segment_filename", str(folder / "seg-%06d.ts"), str(folder / LIST)),
    ]


def _told(command: Sequence[str], *, patience: int = LOOK_SECONDS) -> str:
    """What ffmpeg says about a film that it is shown."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=patience, check=False)
    except subprocess.TimeoutExpired:
        return ""
    return done.stderr.decode("utf-8", "replace")
