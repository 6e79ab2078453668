"""Addresses of cameras: what may be asked for, and how it is shown.

Cameras stand in the private networks of training schools, so private addresses are allowed. Refused
is what no camera has: this machine, link-local addresses (the metadata service of a cloud is one),
multicast. A name is resolved again before every connection; between that and ffmpeg's own look-up a
moment remains.
"""

import ipaddress
import socket
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

from django.conf import settings

from anlan.lib.refusals import BadInput

SCHEMES = ("rtsp", "rtsps")
LONGEST = 500
PORT = 554
EXAMPLE = "写成 rtsp://用户名:密码@192.168.1.20:554/stream1 这样，可在摄像头说明书中查到。"


def read_address(text: str) -> str:
    """A camera's address in one spelling, or `BadInput` that says what is wrong with it."""
    text = text.strip()
    if len(text) > LONGEST or any(ch.isspace() or ord(ch) < 32 for ch in text):
        raise BadInput("摄像头地址中有空格或过长。", EXAMPLE)
    try:
        parts = urlsplit(text)
        port, host = parts.port, parts.hostname
    except ValueError:
        raise BadInput("摄像头地址看不懂。", EXAMPLE) from None
    if parts.scheme.lower() not in SCHEMES or not host:
        raise BadInput("摄像头地址要以 rtsp:// 或 rtsps:// 开头，并写明主机。", EXAMPLE)
    _refuse_literal(host)
    at = f"[{host}]" if ":" in host else host
    login = _login(parts)
    place = f"{login}{at}" + (f":{port}" if port else "")
    return urlunsplit((parts.scheme.lower(), place, parts.path, parts.query, ""))


def masked(address: str) -> str:
    """For screens and logs: neither name, password nor query."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    at = f"[{host}]" if ":" in host else host
    place = f"{at}:{parts.port}" if parts.port else at
    login = "***@" if parts.username or parts.password else ""
    return f"{parts.scheme}://{login}{place}{parts.path}" + ("?***" if parts.query else "")


def require_reachable(address: str) -> None:
    """Resolve the camera's name now; `BadInput` when any of its addresses is a forbidden one."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    try:
        found = socket.getaddrinfo(host, parts.port or PORT, type=socket.SOCK_STREAM)
    except OSError:
        raise BadInput(f"找不到摄像头主机 {host}。", "请核对地址和网络。") from None
    for *_rest, where in found:
        _refuse(ipaddress.ip_address(str(where[0]).split("%")[0]))


def _refuse_literal(host: str) -> None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if host.lower() == "localhost" or host.lower().endswith(".localhost"):
            _refuse(ipaddress.ip_address("127.0.0.1"))
        return
    _refuse(address)


def _refuse(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    mapped = getattr(address, "ipv4_mapped", None)
    one = mapped or address
    if one.is_loopback and getattr(settings, "ANLAN_LOOPBACK_CAMERAS", False):
        return  # a test's own camera
    if one.is_loopback or one.is_link_local or one.is_multicast or one.is_unspecified:
        raise BadInput("这个地址不是摄像头的地址。", "请填写摄像头在网络中的地址。")


def _login(parts: SplitResult) -> str:
    """Name and password, quoted alike however they were typed."""
    if parts.username is None and parts.password is None:
        return ""
    words = [quote(unquote(w or ""), safe="") for w in (parts.username, parts.password)]
    return ":".join(words) + "@"
