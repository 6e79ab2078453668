"""Somebody else's log, read over HTTP: nothing it says is believed before it is proved."""

import re
import urllib.error
import urllib.request
from collections.abc import Callable
from urllib.parse import urlsplit

from anlan.proofs.merkle import Node, consistency_proof, root, verify_consistency
from anlan.proofs.tile_files import HEIGHT, WIDTH, tile_path
from anlan.proofs.tiles import HASH_BYTES, Tile

TIMEOUT_SECONDS = 20
LONGEST_NOTE = 64 * 1024
LONGEST_ANSWER = 4 * 1024
LOG_ADDRESS = re.compile(r"(/log)?/*$")

Fetch = Callable[[str, int], bytes]  # (path under the log, most bytes) → content


class Unreachable(Exception):
    """The log did not answer, or not with what was asked for; the message is plain Chinese."""


class NotThere(Unreachable):
    """The log answers that it has no such file."""


class FalseTiles(Exception):
    """The published tiles do not lead to the root that was signed; the message is plain Chinese."""


def at(url: str) -> str:
    """The address of the log, from that of the site or of the log itself."""
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
        raise Unreachable(f"「{url}」不是网址，应以 http:// 或 https:// 开头")
    return LOG_ADDRESS.sub("/log/", url, count=1)


def fetcher(base: str) -> Fetch:
    """GET below `base`; raises `Unreachable`."""

    def fetch(path: str, most: int) -> bytes:
        return _ask(urllib.request.Request(base + path), most)

    return fetch


def post(url: str, text: str) -> str:
    """POST plain text; what the other side answers. Raises `Unreachable` when it refuses."""
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    request = urllib.request.Request(url, text.encode(), headers)
    return _ask(request, LONGEST_ANSWER).decode("utf-8", "replace").strip()


def _ask(request: urllib.request.Request, most: int) -> bytes:
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            content: bytes = answer.read(most + 1)
    except urllib.error.HTTPError as refused:
        with refused:
            said = refused.read(LONGEST_ANSWER).decode("utf-8", "replace").strip()
        kind = NotThere if refused.code == 404 else Unreachable
        told = "" if said.startswith("<") else f"：{said.removesuffix('。')}"
        raise kind(f"{request.full_url} 回答 {refused.code}{told}") from None
    except (OSError, ValueError) as failure:
        raise Unreachable(f"连不上 {request.full_url}：{failure}") from None
    if len(content) > most:
        raise Unreachable(f"{request.full_url} 的回答超过 {most} 字节，没有读取")
    return content


class PublishedTiles:
    """The hash tiles of a log of `size` entries, fetched when asked for, each once."""

    def __init__(self, fetch: Fetch, size: int, alg: str) -> None:
        self.size, self.alg = size, alg
        self._fetch = fetch
        self._tiles: dict[tuple[int, int], Tile] = {}

    def require_root(self, signed: bytes) -> None:
        """Raises `FalseTiles` unless the tiles lead to this root."""
        if root(self.size, self.node, self.alg) != signed:
            raise FalseTiles("公布的分块算不出检查点签署的根")

    def grew_from(self, old: int, old_root: bytes, new_root: bytes) -> bool:
        """Is the log of `old` entries the beginning of this one? Needs no trust in the tiles."""
        proof = consistency_proof(old, self.size, self.node, self.alg)
        return verify_consistency(old, self.size, proof, old_root, new_root, self.alg)

    @property
    def node(self) -> Node:
        return self._node

    def _node(self, level: int, index: int) -> bytes:
        tile_level, height = divmod(level, HEIGHT)
        number, place = divmod(index, WIDTH >> height)
        if (tile_level, number) not in self._tiles:
            self._tiles[tile_level, number] = self._tile(tile_level, number)
        return self._tiles[tile_level, number].rows[height][place]

    def _tile(self, level: int, number: int) -> Tile:
        """The tile as wide as a log of this size has it; a partial one may be full by now."""
        width = min(WIDTH, (self.size >> HEIGHT * level) - number * WIDTH)
        most = WIDTH * HASH_BYTES
        try:
            content = self._fetch(tile_path(level, number, width), most)
        except NotThere:
            if width == WIDTH:
                raise
            content = self._fetch(tile_path(level, number), most)
        if len(content) < width * HASH_BYTES:
            raise FalseTiles(f"公布的分块 {tile_path(level, number, width)} 不完整")
        return Tile(self.alg, content[: width * HASH_BYTES])
