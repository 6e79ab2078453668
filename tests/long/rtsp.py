"""A camera of one's own: a few lines of RTSP (RFC 2326) over TCP that send a test picture.

ffmpeg makes the RTP packets and sends them to a loopback port; whoever plays gets them interleaved.
One viewer at a time, as cheap cameras have it.
"""

import contextlib
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from anlan.recordings.live.ffmpeg import binary
from tests.long.city import until

HERE = "127.0.0.1"


class Camera:
    """Listens until it is unplugged; `login` is what its address must carry."""

    def __init__(self, folder: Path) -> None:
        self.packets = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.packets.bind((HERE, 0))
        self.packets.settimeout(0.2)
        self.door = socket.create_server((HERE, 0))
        self.over = threading.Event()
        self.viewers: list[socket.socket] = []
        told = folder / "camera.sdp"
        port = self.packets.getsockname()[1]
        picture = ["-re", "-f", "lavfi", "-i", "testsrc=s=320x240:r=10", "-c:v", "libx264"]
        speed = ["-preset", "ultrafast", "-tune", "zerolatency", "-g", "10", "-bsf:v", "dump_extra"]
        where = ["-f", "rtp", "-sdp_file", str(told), f"rtp://{HERE}:{port}?pkt_size=1200"]
        self.source = subprocess.Popen([binary(), "-loglevel", "error", *picture, *speed, *where])
        until(lambda: told.exists() and "m=video" in told.read_text(), 20, "the camera is up")
        lines = [line for line in told.read_text().splitlines() if not line.startswith("c=")]
        described = [
            f"m=video 0 {line.split(' ', 2)[2]}" if line[:2] == "m=" else line for line in lines
        ]
        self.sdp = "\r\n".join([*described, "a=control:track1", ""])
        for task in (self._welcome, self._send):
            threading.Thread(target=task, daemon=True).start()

    @property
    def address(self) -> str:
        return f"rtsp://{HERE}:{self.door.getsockname()[1]}/stream1"

    def cut(self) -> None:
        """The cable is pulled for a moment."""
        for viewer in self.viewers:
            with contextlib.suppress(OSError):
                viewer.shutdown(socket.SHUT_RDWR)
        self.viewers.clear()

    def unplug(self) -> None:
        self.over.set()
        self.cut()
        self.door.close()
        self.source.kill()
        self.source.wait()
        self.packets.close()

    def _send(self) -> None:
        while not self.over.is_set():
            try:
                packet = self.packets.recv(65536)
            except OSError:
                continue
            for viewer in list(self.viewers):
                try:
                    viewer.sendall(b"$\x00" + len(packet).to_bytes(2) + packet)
                except OSError:
                    self.viewers.remove(viewer)

    def _welcome(self) -> None:
        while not self.over.is_set():
            try:
                viewer, _where = self.door.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(viewer,), daemon=True).start()

    def _talk(self, viewer: socket.socket) -> None:
        asked = b""
        with contextlib.suppress(OSError):
            while piece := viewer.recv(4096):
                asked += piece
                while b"\r\n\r\n" in asked:
                    head, _, asked = asked.partition(b"\r\n\r\n")
                    self._answer(viewer, head.decode("latin-1").lstrip("$"))

    def _answer(self, viewer: socket.socket, head: str) -> None:
        verb = head.split(" ")[0]
        number = next(
            (w[5:].strip() for w in head.split("\r\n") if w.lower().startswith("cseq:")), "0"
        )
        more = {
            "OPTIONS": "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n",
            "DESCRIBE": f"Content-Type: application/sdp\r\nContent-Length: {len(self.sdp)}\r\n",
            "SETUP": "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n",
            "PLAY": "Session: 1\r\n",
        }.get(verb, "")
        body = self.sdp if verb == "DESCRIBE" else ""
        viewer.sendall(f"RTSP/1.0 200 OK\r\nCSeq: {number}\r\n{more}\r\n{body}".encode())
        if verb == "PLAY":
            self.viewers.append(viewer)


@contextmanager
def a_camera(folder: Path) -> Iterator[Camera]:
    camera = Camera(folder)
    try:
        yield camera
    finally:
        camera.unplug()
