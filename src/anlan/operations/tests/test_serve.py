"""Serving: where, under which names, and what is said about it."""

import os
import signal
import socket
import ssl
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from anlan.operations import cli, network
from anlan.operations.certificate import self_signed
from anlan.operations.commands.serve import Place, environment, welcome
from anlan.operations.supervisor import Child, Supervisor

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
PHONES = Place("192.0.2.7", 8000, tls=False)


@pytest.mark.parametrize(
    ("host", "port", "tls", "expected"),
    [
        ("127.0.0.1", 8000, False, "http://127.0.0.1:8000"),
        ("192.0.2.7", 80, False, "http://192.0.2.7"),
        ("192.0.2.7", 443, True, "https://192.0.2.7"),
        ("::1", 8000, True, "https://[::1]:8000"),
    ],
)
def test_addresses_are_spelled_for_a_browser(
    host: str, port: int, tls: bool, expected: str
) -> None:
    assert network.url(host, port, tls=tls) == expected


@pytest.mark.django_db
def test_a_taken_port_gets_a_plain_answer(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert cli.main(["serve", "--port", str(port)]) == 1
    told = capsys.readouterr().err
    assert f"{port} 端口已被别的程序占用" in told
    assert f"PORT={port + 1}" in told


def test_an_address_of_another_machine_gets_a_plain_answer() -> None:
    assert "本机没有 192.0.2.7 这个地址" in network.why_not("192.0.2.7", 0)


def test_a_port_that_is_no_port_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["serve", "--port", "99999"])
    assert "1 到 65535" in capsys.readouterr().err


def test_phones_may_come_under_the_machine_s_address(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANLAN_HOSTS", "ANLAN_PUBLIC_URL", "ANLAN_ORIGINS"):
        monkeypatch.delenv(name, raising=False)
    told = environment(PHONES)
    assert told["ANLAN_HOSTS"] == "127.0.0.1,localhost,[::1],192.0.2.7"
    assert told["ANLAN_PUBLIC_URL"] == "http://192.0.2.7:8000"
    assert "ANLAN_ORIGINS" not in told


def test_what_the_operator_has_set_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANLAN_PUBLIC_URL", "https://prevention.example")
    assert environment(PHONES)["ANLAN_PUBLIC_URL"] == "https://prevention.example"


@pytest.mark.django_db
def test_phones_are_told_why_the_camera_is_shut() -> None:
    assert "TLS=1" in welcome(PHONES)
    assert "自签" in welcome(Place("192.0.2.7", 8000, tls=True))
    assert "摄像头" not in welcome(Place("127.0.0.1", 8000, tls=False))


@pytest.mark.django_db
def test_a_machine_without_network_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "lan_address", lambda: "")
    told = welcome(Place("0.0.0.0", 8000, tls=False))
    assert "没有找到这台电脑的局域网地址" in told
    assert "在手机上打开" not in told


def test_the_certificate_serves_every_name(tmp_path: Path) -> None:
    files = self_signed(tmp_path / "tls", ["localhost", "127.0.0.1", "[::1]"], at=AT)
    made = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {str(name.value) for name in names} == {"localhost", "127.0.0.1", "::1"}
    assert stat.S_IMODE(files.key.stat().st_mode) == 0o600
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
        files.certificate, files.key
    )


def test_the_certificate_is_kept_while_it_serves(tmp_path: Path) -> None:
    first = self_signed(tmp_path, ["127.0.0.1"], at=AT).certificate.read_bytes()
    again = self_signed(tmp_path, ["127.0.0.1"], at=AT + timedelta(days=300))
    assert again.certificate.read_bytes() == first
    moved = self_signed(tmp_path, ["127.0.0.1", "192.0.2.7"], at=AT).certificate.read_bytes()
    assert moved != first
    later = self_signed(tmp_path, ["127.0.0.1"], at=AT + timedelta(days=360))
    assert later.certificate.read_bytes() != moved


SLEEPER = "import threading; threading.Event().wait()"


@pytest.fixture
def _signals_as_before() -> Iterator[None]:
    kept = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM)}
    yield
    for name, handler in kept.items():
        signal.signal(name, handler)


def _run(children: list[Child], *, until: Callable[[], bool]) -> int:
    """Supervise until something is seen, 30 seconds at most."""
    supervisor = Supervisor(children, os.environ)
    guard = threading.Timer(30, supervisor.stop.set)
    guard.start()
    try:
        return supervisor.run(until, supervisor.stop.set)
    finally:
        guard.cancel()


def _python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


@pytest.mark.usefixtures("_signals_as_before")
def test_a_wished_stop_ends_every_child() -> None:
    children = [Child("网站", _python(SLEEPER), vital=True), Child("后台任务", _python(SLEEPER))]
    assert _run(children, until=lambda: True) == 0
    assert [child.ended() for child in children] == [-signal.SIGTERM, -signal.SIGTERM]


@pytest.mark.usefixtures("_signals_as_before")
def test_the_whole_ends_when_the_site_ends(capsys: pytest.CaptureFixture[str]) -> None:
    worker = Child("后台任务", _python(SLEEPER))
    site = Child("网站", _python("raise SystemExit(3)"), vital=True)
    assert _run([site, worker], until=lambda: False) == 1
    assert "退出码 3" in capsys.readouterr().err
    assert worker.ended() == -signal.SIGTERM


@pytest.mark.usefixtures("_signals_as_before")
def test_a_fallen_worker_is_started_again(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    marks.touch()
    worker = Child("后台任务", _python(f"open({str(marks)!r}, 'a').write('x')"), wait=0.0)
    site = Child("网站", _python(SLEEPER), vital=True)
    assert _run([site, worker], until=lambda: len(marks.read_text()) >= 2) == 0
    assert len(marks.read_text()) >= 2
