"""What can be wrong with an installation, and how it is mended.

Reads only, but for one thing: whether files can be kept is tried with a few bytes, which are
removed again.
"""

import json
import platform
import shutil
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Max
from django.utils.module_loading import import_string

from anlan.archives.issuer import ISSUER, BadIssuer, the_issuer
from anlan.foundation.codes.models import Code, System
from anlan.foundation.files.places import PlaceFailed
from anlan.foundation.files.store import the_store
from anlan.foundation.intake.metrics import trouble
from anlan.foundation.jobs.models import Lease
from anlan.foundation.jobs.services import EYES, FILMS, LEASE, PROMPT, STEADY
from anlan.foundation.ledger.models import Entry, LogHead, Witness
from anlan.foundation.ledger.signing import disagreement
from anlan.foundation.rules.models import Rule
from anlan.foundation.rules.services import BOOK
from anlan.identity.models import Person
from anlan.lib.dates import local_date, to_shanghai
from anlan.lib.keyring import KeyMissing, load_keyring
from anlan.proofs.trust import name_of
from anlan.vision.models import can_tell_the_living

GIGABYTE = 1024**3
LEAST_FREE = GIGABYTE
BETTER_FREE = 5 * GIGABYTE
WORKER_SILENT = timedelta(minutes=2)
LOG_LATE = timedelta(seconds=30)
LANES = {PROMPT: "签名日志", FILMS: "课件制作", EYES: "证件与人脸", STEADY: "其余任务"}
CLOCK_SKEW = timedelta(minutes=2)
OWNER_ONLY = 0o600
RENEW_WITHIN = timedelta(days=60)


class Health(StrEnum):
    """`notice` is worth knowing; only `wrong` makes the doctor's exit code 1."""

    GOOD = "good"
    NOTICE = "notice"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """What was looked at, what was found and how to mend it (empty when it is good)."""

    name: str
    health: Health
    text: str
    mend: str = ""


Check = Callable[[datetime], Finding]


def good(name: str, text: str) -> Finding:
    return Finding(name, Health.GOOD, text)


def wrong(name: str, text: str, mend: str) -> Finding:
    return Finding(name, Health.WRONG, text, mend)


def notice(name: str, text: str, mend: str) -> Finding:
    return Finding(name, Health.NOTICE, text, mend)


def python_version(at: datetime) -> Finding:
    text = f"Python {platform.python_version()}"
    if sys.version_info < (3, 11):  # noqa: UP036 - this is what is being looked at
        return wrong("Python", text, "请安装 Python 3.11 或更新版本后重建环境：make clean run")
    return good("Python", text)


def database(at: datetime) -> Finding:
    """Reachable, and with SQLite in WAL mode and synchronous FULL."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            if connection.vendor != "sqlite":
                return good("数据库", f"{connection.display_name} 可以连接")
            modes = [_pragma(cursor, name) for name in ("journal_mode", "synchronous")]
    except DatabaseError as failure:
        return wrong("数据库", f"连接不上：{failure}", "请检查 DATABASE_URL 以及数据库是否已启动")
    if modes != ["wal", 2]:
        mend = "请用 WAL 与 FULL 方式打开；数据文件放在本机磁盘，不放网络盘"
        return wrong("数据库", f"SQLite 以 {modes} 方式打开，断电可能丢数据", mend)
    return good("数据库", "SQLite，WAL，synchronous=FULL")


def _pragma(cursor: object, name: str) -> object:
    cursor.execute(f"PRAGMA {name}")  # type: ignore[attr-defined]
    return cursor.fetchone()[0]  # type: ignore[attr-defined]


def tables(at: datetime) -> Finding:
    executor = MigrationExecutor(connection)
    behind = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if behind:
        return wrong("数据表", f"还差 {behind} 步升级", "请运行：anlan setup")
    return good("数据表", "已是最新")


def keys(at: datetime) -> Finding:
    """The keyring is there, closed to others, and opens what the database holds."""
    path = Path(settings.ANLAN_KEYRING)
    if not path.exists():
        mend = "请从备份恢复这个文件，恢复之前不要启动网站；全新安装则运行：anlan setup"
        return wrong("密钥", f"密钥文件不见了：{path}", mend)
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode != OWNER_ONLY:
        return wrong("密钥", f"密钥文件权限是 {mode:o}，别人也能读", f"请运行：chmod 600 {path}")
    try:
        load_keyring(path)
    except (ValueError, KeyError) as failure:
        return wrong("密钥", f"密钥文件读不出来：{failure}", "请从备份恢复这个文件")
    try:
        Person.objects.order_by("id").first()
    except KeyMissing:
        mend = "请恢复建库时的那份密钥文件；没有它，身份证号和手机号打不开"
        return wrong("密钥", "这份密钥打不开库里的数据", mend)
    return good("密钥", "在库外，权限 600，打得开库里的数据")


def issuer(at: datetime) -> Finding:
    """The certificate that signs certificates is there, closed to others, and lasts."""
    mend = "请运行：anlan issuer --renew，然后重启后台任务"
    if settings.ANLAN_ISSUER_P12:
        mend = "请向签发机构续期，替换 ANLAN_ISSUER_P12 所指的文件后重启"
    elif not (Path(settings.ANLAN_ISSUER) / ISSUER).exists():
        there = Path(settings.ANLAN_ISSUER)
        return notice("签发证书", f"还没有：{there}", "请从备份恢复；全新安装则运行：anlan setup")
    try:
        found = the_issuer()
    except BadIssuer as bad:
        return wrong("签发证书", str(bad), "请从备份恢复，或核对 ANLAN_ISSUER_P12 与口令")
    secret = [Path(settings.ANLAN_ISSUER_P12)] if settings.ANLAN_ISSUER_P12 else _pems()
    for path in secret:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            return wrong("签发证书", f"别人也能读：{path}", f"请运行：chmod 600 {path}")
    days = (found.certificate.not_valid_after_utc - at).days
    text = f"{name_of(found.certificate)}，有效至 {found.certificate.not_valid_after_utc:%Y-%m-%d}"
    if days < 0:
        return wrong("签发证书", f"{text}，已过期，新的证明核对不过", mend)
    if days < RENEW_WITHIN.days:
        return notice("签发证书", f"{text}，还有 {days} 天", mend)
    return good("签发证书", text)


def _pems() -> list[Path]:
    return sorted(Path(settings.ANLAN_ISSUER).glob("*.pem"))


def assets(at: datetime) -> Finding:
    """Every file that the pages ask for was built."""
    dist = Path(settings.DIST)
    mend = "请重新构建：make assets"
    try:
        manifest = json.loads((dist / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError):
        return wrong("页面资源", "还没有构建", mend)
    named = [f for e in manifest.values() for f in (e["js"], e["css"], *e["parts"]) if f]
    missing = sorted(name for name in named if not (dist / name).exists())
    if missing:
        return wrong("页面资源", f"缺 {len(missing)} 个文件，如 {missing[0]}", mend)
    return good("页面资源", f"{len(named)} 个文件齐全")


def fonts(at: datetime) -> Finding:
    """Certificates and reports are typeset with these four."""
    folder = Path(settings.DIST) / "fonts"
    wanted = [
        f"Noto{family}SC-{weight}.ttf"
        for family in ("Sans", "Serif")
        for weight in ("Regular", "Bold")
    ]
    missing = [name for name in wanted if not (folder / name).exists()]
    if missing:
        mend = "请重新构建：make assets；否则证书和报告出不了中文"
        return wrong("字体", f"缺 {'、'.join(missing)}", mend)
    return good("字体", f"{len(wanted)} 个字体齐全")


def liveness(at: datetime) -> Finding:
    """Without the three models that the build brings, every face check goes to a person."""
    if can_tell_the_living():
        return good("活体检测", "模型齐全，与试过的一致")
    mend = "请在能访问软件源时重新构建：make assets；在此之前人脸核验一律转人工"
    return notice("活体检测", "没有模型", mend)


def codes(at: datetime) -> Finding:
    there = set(Code.objects.values_list("system", flat=True).distinct())
    missing = [str(system) for system in System if system not in there]
    if missing:
        return wrong("代码表", f"没有装入：{'、'.join(missing)}", "请运行：anlan setup")
    return good("代码表", f"{len(there)} 套代码，{Code.objects.count()} 条")


def rules(at: datetime) -> Finding:
    """Every key of the shipped rule book has a value in force today."""
    wanted = {str(row["key"]) for row in json.loads(BOOK.read_text("utf-8"))}
    today = local_date(at)
    begun = Rule.objects.filter(valid_from__lte=today).exclude(valid_to__lte=today)
    missing = sorted(wanted - set(begun.values_list("key", flat=True)))
    if missing:
        mend = "请运行：anlan setup；若是有意停用，请补上接续的规则"
        return wrong("规则", f"今天没有生效的值：{'、'.join(missing)}", mend)
    return good("规则", f"{len(wanted)} 项今天都有生效的值")


def worker(at: datetime) -> Finding:
    """Every lane of the schedule is walked by somebody."""
    last = {lease.job: seen for lease in Lease.objects.all() if (seen := _last_seen(lease))}
    mend = "请运行：anlan serve（或单独运行 anlan work）"
    lanes: dict[str, list[datetime]] = {}
    for job in import_string(settings.ANLAN_SCHEDULE):
        lanes.setdefault(job.lane, []).extend([last[job.name]] if job.name in last else [])
    if not any(lanes.values()):
        return notice("后台任务", "还没有运行过", mend)
    for lane, runs in lanes.items():
        if not runs:
            return wrong("后台任务", f"{LANES[lane]}还没有运行过", mend)
        silent = at - max(runs)
        if silent > WORKER_SILENT:
            minutes = int(silent.total_seconds() // 60)
            return wrong("后台任务", f"{LANES[lane]}已有 {minutes} 分钟没有动静", mend)
    return good("后台任务", "正在运行")


def _last_seen(lease: Lease) -> datetime | None:
    """When its last run began, or its lease was last renewed: a film is in work for hours."""
    seen = [lease.last_run_at, lease.held_until and lease.held_until - LEASE]
    return max((moment for moment in seen if moment), default=None)


def jobs(at: datetime) -> Finding:
    failing = list(Lease.objects.exclude(last_error="").order_by("job"))
    if failing:
        first = failing[0]
        reason = first.last_error.strip().splitlines()[-1]
        mend = "按原因处理后不必重启，任务会自己再试；详情：anlan doctor --json"
        return wrong("任务出错", f"{len(failing)} 个任务上次出错，如 {first.job}：{reason}", mend)
    return good("任务出错", "没有")


def disk(at: datetime) -> Finding:
    """Free space where the data lies."""
    folder = Path(settings.VAR)
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    text = f"数据目录所在磁盘剩余 {free / GIGABYTE:.1f} GB"
    if free < LEAST_FREE:
        return wrong("磁盘", text, "请清理磁盘或换更大的盘；写满后签到和考试会失败")
    if free < BETTER_FREE:
        return notice("磁盘", text, "录像占用大，建议尽快扩容")
    return good("磁盘", text)


def storage(at: datetime) -> Finding:
    """Files can be kept where the settings say, and come back as they were."""
    where = settings.ANLAN_STORAGE or str(settings.ANLAN_FILES)
    bucket = "请检查 ANLAN_STORAGE、ANLAN_S3_ENDPOINT、AWS 密钥变量，以及桶是否存在、是否可写"
    mend = bucket if settings.ANLAN_STORAGE else f"请检查文件夹的权限和磁盘：{where}"
    try:
        the_store().probe()
    except (OSError, PlaceFailed, ValueError) as failure:
        return wrong("文件存储", f"{where} 存不进文件：{failure}", mend)
    return good("文件存储", f"{where} 可以存取")


def clock(at: datetime) -> Finding:
    """The clock has not gone back behind the ledger, nor away from the database server's."""
    mend = "请校准系统时间（如 timedatectl set-ntp true）；签到和考试时限都以服务器时间为准"
    newest = Entry.objects.aggregate(newest=Max("recorded_at"))["newest"]
    if newest and newest > at + CLOCK_SKEW:
        return wrong("时钟", f"系统时间早于存证账本最后一条（{newest:%Y-%m-%d %H:%M} UTC）", mend)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT now()")
            there = cursor.fetchone()[0]
        if abs(there - at) > CLOCK_SKEW:
            return wrong("时钟", "与数据库服务器的时间相差超过 2 分钟", mend)
    return good("时钟", f"{at:%Y-%m-%d %H:%M:%S} UTC")


def signed_log(at: datetime) -> Finding:
    """One log, one algorithm, one key; and nothing waits for a checkpoint."""
    head = LogHead.objects.first()
    other = disagreement(head)
    if other:
        return wrong("签名日志", other, "改回之前，签到和考试照常记账，只是没有新的检查点")
    waiting = Entry.objects.filter(position__isnull=True).exclude(recorded_at__gt=at - LOG_LATE)
    if waiting.exists():
        text = f"有 {waiting.count()} 条超过 {LOG_LATE.seconds} 秒还没有编入"
        return notice("签名日志", text, "请确认后台任务在运行；刚启动时等一会儿再看")
    size = head.published if head else 0
    return good(
        "签名日志", f"已签 {size} 条，{Witness.objects.filter(retired_at=None).count()} 个见证人"
    )


def hot_paths(at: datetime) -> Finding:
    """Nothing that people sent was turned away or failed of late."""
    lately = trouble(at)
    if lately is None:
        return good("收件口", "近 10 分钟没有推迟或出错")
    when = datetime.fromtimestamp(lately.last, UTC)
    return notice(
        "收件口",
        f"忙时推迟 {lately.busy} 次，出错 {lately.failed} 次，最近 {to_shanghai(when):%H:%M:%S}",
        "推迟的会自动重试；出错的看网站日志。运维可在「收件口」页面看实时情况",
    )


MACHINE: tuple[Check, ...] = (
    python_version,
    assets,
    fonts,
    liveness,
    disk,
    storage,
    database,
)
DATA: tuple[Check, ...] = (tables,)
CONTENT: tuple[Check, ...] = (
    keys,
    issuer,
    codes,
    rules,
    worker,
    jobs,
    clock,
    signed_log,
    hot_paths,
)


def examine(at: datetime) -> list[Finding]:
    """Every finding. Where the ground is missing, what stands on it isn't asked."""
    found = [check(at) for check in MACHINE]
    for floor in (DATA, CONTENT):
        if any(f.health == Health.WRONG and f.name in {"数据库", "数据表"} for f in found):
            break
        found += [check(at) for check in floor]
    return found
