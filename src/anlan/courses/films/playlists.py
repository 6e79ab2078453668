"""HLS playlists, written anew for each who asks; the addresses of their parts are the view's."""

from collections.abc import Callable, Sequence

from anlan.courses.models import Piece, Rendition

CONTENT_TYPE = "application/vnd.apple.mpegurl"


def choice(renditions: Sequence[Rendition], address: Callable[[Rendition], str]) -> str:
    """The smallest first: that is where a player begins."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for one in sorted(renditions, key=lambda r: r.peak_bps):
        size = f"RESOLUTION={one.width}x{one.height}"
        lines += [f"#EXT-X-STREAM-INF:BANDWIDTH={one.peak_bps},{size}", address(one)]
    return "\n".join([*lines, ""])


def film(pieces: Sequence[Piece], address: Callable[[Piece], str]) -> str:
    longest = -(-max(one.ms for one in pieces) // 1000)
    lines = ["#EXTM3U", "#EXT-X-VERSION:3", f"#EXT-X-TARGETDURATION:{longest}"]
    lines += ["#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-PLAYLIST-TYPE:VOD"]
    for one in pieces:
        lines += [f"#EXTINF:{one.ms / 1000:.3f},", address(one)]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])
