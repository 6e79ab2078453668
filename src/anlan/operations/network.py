"""Where this machine can be reached, and whether a port is free."""

import errno
import ipaddress
import socket

EVERYWHERE = {"0.0.0.0", "::", ""}
LOCAL_NAMES = ["127.0.0.1", "localhost", "[::1]"]
# RFC 5737 addresses belong to nobody; a connected UDP socket sends nothing, it only picks a route.
NOWHERE = ("192.0.2.1", 9)


def lan_address() -> str:
    """The address by which others on the local network reach this machine; empty without one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(NOWHERE)
        except OSError:
            return ""
        found = str(probe.getsockname()[0])
    return "" if is_local(found) else found


def is_local(host: str) -> bool:
    """Whether only this machine itself can reach the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def reachable_as(host: str) -> str:
    """The address to tell to people when the site listens at `host`."""
    if host in EVERYWHERE:
        return lan_address() or "127.0.0.1"
    return host


def url(host: str, port: int, *, tls: bool = False) -> str:
    """The address to type into a browser."""
    scheme, usual = ("https", 443) if tls else ("http", 80)
    name = f"[{host}]" if ":" in host else host
    return f"{scheme}://{name}" if port == usual else f"{scheme}://{name}:{port}"


def why_not(host: str, port: int) -> str:
    """Why the site can't listen there, in plain Chinese; empty when it can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as failure:
            return _reason(host, port, failure)
    return ""


def _reason(host: str, port: int, failure: OSError) -> str:
    if failure.errno == errno.EADDRINUSE:
        return (
            f"{host} 的 {port} 端口已被别的程序占用。"
            f"请先停掉那个程序，或换一个端口：make run PORT={port + 1}"
        )
    if failure.errno == errno.EACCES:
        return f"没有权限使用 {port} 端口。请换一个 1024 以上的端口：make run PORT=8000"
    if failure.errno == errno.EADDRNOTAVAIL or isinstance(failure, socket.gaierror):
        return f"本机没有 {host} 这个地址。供局域网访问请用：make run HOST=0.0.0.0"
    return f"无法监听 {host}:{port}：{failure.strerror}"
