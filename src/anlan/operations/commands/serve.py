"""`anlan serve`: the site, its workers and its recorder under one roof."""

import argparse
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.timezone import now

from anlan.foundation.jobs.services import EYES, FILMS, PROMPT, STEADY
from anlan.operations import network
from anlan.operations.certificate import CertificateFiles, self_signed
from anlan.operations.commands.setup import bring_up_to_date
from anlan.operations.logins import standing, table
from anlan.operations.supervisor import Child, Supervisor
from anlan.operations.tables import pending_migrations

MOST_WORKERS = 4
WORKERS = {"签名日志": PROMPT, "后台任务": STEADY, "课件制作": FILMS, "证件与人脸": EYES}


@dataclass(frozen=True)
class Place:
    """Where the site listens and how people reach it."""

    host: str
    port: int
    tls: bool

    @property
    def on_the_network(self) -> bool:
        return not network.is_local(self.host)

    @property
    def outside(self) -> str:
        """The address for people; on the local network that of this machine."""
        return network.url(network.reachable_as(self.host), self.port, tls=self.tls)

    @property
    def here(self) -> str:
        """The address for this machine's own browser."""
        own = "127.0.0.1" if self.host in network.EVERYWHERE else self.host
        return network.url(own, self.port, tls=self.tls)

    @property
    def names(self) -> list[str]:
        """Every name that a request may come under."""
        told = network.reachable_as(self.host)
        more = [f"[{told}]" if ":" in told else told]
        return [*network.LOCAL_NAMES, *(name for name in more if name not in network.LOCAL_NAMES)]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="监听地址；0.0.0.0 供局域网访问")
    parser.add_argument("--port", type=_port, default=8000, help="端口，默认 8000")
    parser.add_argument("--tls", action="store_true", help="自签证书，以 HTTPS 服务")
    cores = min(MOST_WORKERS, os.cpu_count() or 1)
    parser.add_argument("--workers", type=int, default=cores, help=f"网站进程数，默认 {cores}")
    parser.add_argument("--threads", type=int, default=16, help="每个进程的线程数，默认 16")
    parser.add_argument("--setup", action="store_true", help="先做 anlan setup 所做的事")
    parser.add_argument(
        "--no-work", action="store_true", help="不启动后台任务和录像程序（另有机器在跑）"
    )
    parser.add_argument("--no-record", action="store_true", help="不启动录像程序")


def run(args: argparse.Namespace) -> int:
    place = Place(args.host, args.port, args.tls)
    refusal = network.why_not(place.host, place.port)
    if not refusal and args.setup:
        bring_up_to_date(print)
    elif not refusal and pending_migrations():
        refusal = "数据表还没有建好或不是最新。请先运行：anlan setup"
    if refusal:
        print(refusal, file=sys.stderr)
        return 1
    pair = self_signed(settings.VAR / "tls", place.names, at=now()) if place.tls else None
    children = [Child("网站", _site(args, pair), vital=True)]
    if not args.no_work:
        children += [Child(name, _worker(lane)) for name, lane in WORKERS.items()]
    if not (args.no_work or args.no_record):
        children.append(Child("录像程序", [sys.executable, "-m", "anlan.operations", "record"]))
    supervisor = Supervisor(children, environment(place))
    code = supervisor.run(lambda: _answers(place), lambda: print(welcome(place), flush=True))
    print("已停止。" if code == 0 else "网站未能继续运行，原因见上。")
    return code


def environment(place: Place) -> dict[str, str]:
    """What the children are told; a variable that the operator has set stands."""
    told = {
        "DJANGO_SETTINGS_MODULE": "anlan.config.settings",
        "ANLAN_VAR": str(settings.VAR),
        "ANLAN_HOSTS": ",".join(place.names),
        "ANLAN_PUBLIC_URL": place.outside,
    }
    if place.tls:
        told["ANLAN_ORIGINS"] = f"{place.here},{place.outside}"
    return told | dict(os.environ)


def welcome(place: Place) -> str:
    """What stands in the terminal once the site answers."""
    lines = ["", f"{settings.ANLAN_PLATFORM}已启动。", "", f"  在这台电脑上打开  {place.here}"]
    if place.on_the_network and network.is_local(network.reachable_as(place.host)):
        lines += ["  没有找到这台电脑的局域网地址，手机连不上；请检查网络连接。"]
    elif place.on_the_network:
        lines += [f"  在手机上打开      {place.outside}  （同一局域网）", *_about_cameras(place)]
    else:
        lines += ["  给手机用          make run HOST=0.0.0.0"]
    logins = standing()
    if logins:
        lines += ["", "演示城市，数据全部为合成。每个角色一个账号：", "", table(logins)]
    return "\n".join([*lines, "", "按 Ctrl-C 停止。"])


def _about_cameras(place: Place) -> list[str]:
    if place.tls:
        return [
            "  证书是自签的：浏览器会提示「连接不是私密连接」，选择继续访问即可；",
            "  微信内可能直接拒绝自签证书，请改用手机自带浏览器。正式使用请换正式证书。",
        ]
    return [
        "  浏览器只在 HTTPS 页面开放摄像头，因此扫码签到、拍照在上面这个地址不可用",
        "  （可用微信或相机扫码后直接打开链接）。要试摄像头：make run HOST=0.0.0.0 TLS=1",
    ]


def _worker(lane: str) -> Sequence[str]:
    return [sys.executable, "-m", "anlan.operations", "work", "--lane", lane]


def _site(args: argparse.Namespace, pair: CertificateFiles | None) -> Sequence[str]:
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"]
    command += ["--host", args.host, "--port", str(args.port), "--log-level", "error"]
    command += ["--workers", str(args.workers), "--blocking-threads", str(args.threads)]
    command += ["--respawn-failed-workers", "--working-dir", str(Path.cwd())]
    if pair:
        command += ["--ssl-certificate", str(pair.certificate), "--ssl-keyfile", str(pair.key)]
        command += ["--ssl-protocol-min", "tls1.2"]
    return [*command, "anlan.config.wsgi:application"]


def _answers(place: Place) -> bool:
    """Whether the site answers by now. TLS is not spoken here: an open port is enough then."""
    if place.tls:
        return bool(network.why_not(place.host, place.port))
    try:
        with urllib.request.urlopen(f"{place.here}/account/pulse", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"端口要是 1 到 65535 之间的整数，不是「{text}」")
    return int(text)
