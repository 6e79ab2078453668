"""What ffmpeg is told to make a film fit for phones, and what it says of a film.

Segments are MPEG-TS with H.264 and AAC, cut at the same seconds in every rendition, so that a
player changes between them without a seam.
"""

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from anlan.recordings.live.ffmpeg import binary, duration_of

LIST = "list.m3u8"
SEGMENT_SECONDS = 6
LOOK_SECONDS = 60
# Containers that can't name other files of this machine.
FORMATS = "matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,mpegts,avi"
# Short side, kbit/s of the picture, kbit/s of the sound.
LADDER = ((240, 150, 32), (360, 350, 48), (720, 1200, 64))
WORTH_ITS_OWN = 432  # a source between 360 and 720 gets its own height from here on
_DURATION = re.compile(r"Duration: (\d+):(\d\d):(\d\d)\.(\d+)")
_PICTURE = re.compile(r"Stream #0.*Video: (?!\w+ \(attached pic\)).*?, (\d{2,5})x(\d{2,5})[, ]")
_TURNED = re.compile(r"rotation of (-?\d+)")
_SEGMENT = re.compile(r"^#EXTINF:([\d.]+),\n(?:#.*\n)*(seg-\d+\.ts)$", re.M)


@dataclass(frozen=True)
class Look:
    """A film as it says of itself; `width` and `height` as it is seen, upright."""

    seconds: float
    width: int
    height: int


@dataclass(frozen=True)
class Rung:
    """One rendition to make: `side` is the shorter side in dots, rates in kbit/s."""

    side: int
    picture: int
    sound: int


def look_at(path: Path) -> Look | None:
    """None when it is no film that can be read."""
    ask = [binary(), "-hide_banner", "-nostdin", *_source(path)]
    try:
        done = subprocess.run(ask, capture_output=True, timeout=LOOK_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None
    told = done.stderr.decode("utf-8", "replace")
    picture = _PICTURE.search(told)
    if picture is None:
        return None
    seconds = _seconds(told) or duration_of(path)
    wide, high = int(picture[1]), int(picture[2])
    turned = _TURNED.search(told)
    if turned and abs(int(turned[1])) in (90, 270):
        wide, high = high, wide
    return Look(seconds, wide, high) if seconds else None


def ladder_for(width: int, height: int) -> list[Rung]:
    """Renditions for a film of this size, the smallest first; none above the film's own."""
    side = min(width, height) // 2 * 2
    rungs = [Rung(*one) for one in LADDER if one[0] <= side]
    top = LADDER[-1]
    if not rungs:
        return [Rung(side, *LADDER[0][1:])]
    if WORTH_ITS_OWN <= side < top[0]:
        rungs.append(Rung(side, round(top[1] * (side / top[0]) ** 1.6), top[2]))
    return rungs


def size_of(rung: Rung, width: int, height: int) -> tuple[int, int]:
    """Width and height of a rendition, even as H.264 wants them."""
    longer = round(max(width, height) * rung.side / min(width, height) / 2) * 2
    return (longer, rung.side) if width >= height else (rung.side, longer)


def rendition(source: Path, folder: Path, rung: Rung, width: int, height: int) -> list[str]:
    """Segments of one rendition, with progress on standard output."""
    wide, high = size_of(rung, width, height)
    return [
        *(binary(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y"),
        *("-nostats", "-progress", "pipe:1"),
        *_source(source),
        *("-map", "0:v:0", "-map", "0:a:0?", "-sn", "-dn", "-map_metadata", "-1"),
        *("-c:v", "libx264", "-preset", "veryfast", "-profile:v", "main", "-crf", "25"),
        *("-maxrate", f"{rung.picture}k", "-bufsize", f"{rung.picture}k"),
        *("-vf", f"scale={wide}:{high},setsar=1", "-fpsmax", "25", "-pix_fmt", "yuv420p"),
        *("-sc_threshold", "0", "-threads", "2"),
        *("-force_key_frames", f"expr:gte(t,n_forced*{SEGMENT_SECONDS})"),
        *("-c:a", "aac", "-b:a", f"{rung.sound}k", "-ac", "1", "-ar", "44100"),
        *("-f", "hls", "-hls_time", str(SEGMENT_SECONDS), "-hls_segment_type", "mpegts"),
        *("-hls_list_size", "0", "-hls_flags", "temp_file+independent_segments"),
        *("-hls_segment_filename", str(folder / "seg-%06d.ts"), str(folder / LIST)),
    ]


def poster(source: Path, second: float, width: int, height: int) -> bytes | None:
    """One picture (JPEG) of the film, as wide as a phone."""
    rung = Rung(min(360, min(width, height) // 2 * 2), 0, 0)
    wide, high = size_of(rung, width, height)
    ask = [binary(), "-hide_banner", "-loglevel", "error", "-nostdin", "-ss", f"{second:.2f}"]
    ask += [*_source(source), "-map", "0:v:0", "-frames:v", "1", "-vf", f"scale={wide}:{high}"]
    ask += ["-f", "image2pipe", "-c:v", "mjpeg", "-q:v", "6", "pipe:1"]
    try:
        done = subprocess.run(ask, capture_output=True, timeout=LOOK_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None
    return done.stdout or None


def segments_in(folder: Path) -> list[tuple[int, Path]]:
    """(milliseconds, file) of what the list names, in order."""
    listed = _SEGMENT.findall((folder / LIST).read_text())
    return [(round(float(length) * 1000), folder / name) for length, name in listed]


def _source(path: Path) -> Sequence[str]:
    return ["-protocol_whitelist", "file", "-format_whitelist", FORMATS, "-i", str(path)]


def _seconds(told: str) -> float | None:
    found = _DURATION.search(told)
    if found is None:
        return None
    hours, minutes, seconds, part = found.groups()
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{part}")
