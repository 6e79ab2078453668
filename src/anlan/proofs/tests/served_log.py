"""A log of our own, served from a folder on this machine's loopback, that can also be made to lie."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from anlan.proofs.checkpoint import PrivateKey, sign
from anlan.proofs.tests.trees import LOG_KEY, ORIGIN, entries, with_hashes
from anlan.proofs.tiles import TileFolder


class ServedLog:
    """`grow` and `publish` as the platform does; `posted` holds what witnesses sent."""

    def __init__(self, site: Path, alg: str = "sha256", key: PrivateKey = LOG_KEY) -> None:
        self.site, self.alg, self.key = site, alg, key
        self.url, self.size, self.posted = "", 0, list[str]()
        self.refuse_with = 0

    @property
    def folder(self) -> Path:
        return self.site / "log"

    def publish(self, size: int, *, history: str = "") -> str:
        """Grow to `size` entries; another `history` is another log under the same key."""
        leaves = with_hashes([entry + history.encode() for entry in entries(size)], self.alg)
        tiles = TileFolder(self.folder, self.alg, with_entries=False)
        tiles.append(leaves[self.size :], self.size)
        self.size = size
        return self.sign(tiles.root(size))

    def sign(self, root: bytes) -> str:
        note = sign(ORIGIN, self.size, root, self.key, alg=self.alg)
        (self.folder / "checkpoint").write_text(note, "utf-8")
        return note

    def begin_again(self) -> None:
        shutil.rmtree(self.folder)
        self.size = 0


@contextmanager
def a_served_log(site: Path, alg: str = "sha256", key: PrivateKey = LOG_KEY) -> Iterator[ServedLog]:
    log = ServedLog(site, alg, key)
    log.folder.mkdir(parents=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, log, directory=str(site)))
    log.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield log
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, log: ServedLog, *args: Any, **words: Any) -> None:
        self.log = log
        super().__init__(*args, **words)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.send_response(self.log.refuse_with or 200)
        self.end_headers()
        if self.log.refuse_with:
            self.wfile.write("不收。".encode())
            return
        self.log.posted.append(body)
        self.wfile.write("已收下。".encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""
