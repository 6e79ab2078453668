"""The doctor finds what is wrong, says how to mend it, and changes nothing."""

import json
import secrets
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import connection
from django.utils.timezone import now
from pytest_django import Settings

from anlan.archives import issuer as issuing
from anlan.archives.issuer import the_issuer
from anlan.courses.films.making import make_next
from anlan.foundation.codes.models import Code, System
from anlan.foundation.jobs.models import Lease
from anlan.foundation.jobs.services import Job
from anlan.foundation.ledger.models import Checkpoint, Entry
from anlan.foundation.ledger.sequencer import sequence
from anlan.foundation.ledger.services import record
from anlan.foundation.rules.models import Rule
from anlan.identity.jobs import answer_next_try, import_rosters
from anlan.identity.models import Person
from anlan.lib.fields import keyring
from anlan.lib.keyring import load_keyring
from anlan.operations import checkup, cli
from anlan.operations.checkup import Health

pytestmark = pytest.mark.django_db

# One job of each lane.
LANES = (sequence, import_rosters, make_next, answer_next_try)


@pytest.fixture(autouse=True)
def _sound(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation with nothing wrong, in its own folder. Test databases live in memory."""
    monkeypatch.setattr(checkup, "_pragma", lambda _, name: {"synchronous": 2}.get(name, "wal"))
    dist = tmp_path / "dist"
    (dist / "fonts").mkdir(parents=True)
    for family in ("Sans", "Serif"):
        for weight in ("Regular", "Bold"):
            (dist / "fonts" / f"Noto{family}SC-{weight}.ttf").write_bytes(b"font")
    (dist / "desk.js").write_text("")
    (dist / "manifest.json").write_text(
        json.dumps({"desk": {"js": "desk.js", "css": None, "parts": []}})
    )
    settings.VAR = tmp_path
    settings.DIST = dist
    settings.ANLAN_KEYRING = tmp_path / "keyring.json"
    load_keyring(settings.ANLAN_KEYRING)
    for job in ("notices", *(Job(one).name for one in LANES)):
        Lease.objects.create(job=job, last_run_at=now())


def test_a_film_that_takes_an_hour_is_no_silence() -> None:
    lease = Lease.objects.filter(job=Job(make_next).name)
    lease.update(last_run_at=now() - timedelta(hours=1), held_until=now() + timedelta(seconds=30))
    assert cli.main(["doctor"]) == 0
    lease.update(held_until=now() - timedelta(minutes=7))
    assert cli.main(["doctor"]) == 1


def test_a_sound_installation_gets_no_complaint(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["doctor"]) == 0
    assert "没有发现问题" in capsys.readouterr().out


def test_a_missing_keyring_is_found_and_not_replaced(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.ANLAN_KEYRING.unlink()
    assert cli.main(["doctor"]) == 1
    assert "从备份恢复" in capsys.readouterr().out
    assert not settings.ANLAN_KEYRING.exists()


def test_a_keyring_that_others_can_read_is_found(settings: Settings) -> None:
    settings.ANLAN_KEYRING.chmod(0o644)
    found = checkup.keys(now())
    assert found.health == Health.WRONG
    assert "chmod 600" in found.mend


def test_a_keyring_of_another_installation_is_found(settings: Settings) -> None:
    Person.objects.create(
        name="甲", id_number="370102199001010017", id_index=secrets.token_hex(8), created_at=now()
    )
    assert checkup.keys(now()).health == Health.GOOD
    settings.ANLAN_KEYRING = settings.ANLAN_KEYRING.with_name("other.json")
    keyring()  # makes the other one
    assert checkup.keys(now()).text == "这份密钥打不开库里的数据"


def test_a_broken_keyring_is_found(settings: Settings) -> None:
    settings.ANLAN_KEYRING.write_text("{")
    assert checkup.keys(now()).health == Health.WRONG


def _no_manifest(settings: Settings) -> None:
    (settings.DIST / "manifest.json").unlink()


def _no_bundle(settings: Settings) -> None:
    (settings.DIST / "desk.js").unlink()


def _no_font(settings: Settings) -> None:
    (settings.DIST / "fonts" / "NotoSerifSC-Bold.ttf").unlink()


def _no_industries(settings: Settings) -> None:
    Code.objects.filter(system=System.GB_T_4754).delete()


def _an_ended_rule(settings: Settings) -> None:
    key = Rule.objects.earliest("id").key
    Rule.objects.filter(key=key).update(valid_from="2000-01-01", valid_to="2001-01-01")


def _a_silent_worker(settings: Settings) -> None:
    Lease.objects.update(last_run_at=now() - timedelta(minutes=7))


def _a_failing_job(settings: Settings) -> None:
    Lease.objects.filter(job="notices").update(last_error="Traceback…\nOSError: gateway away")


def _a_silent_sequencer(settings: Settings) -> None:
    lease = Lease.objects.filter(job=Job(sequence).name)
    lease.update(last_run_at=now() - timedelta(minutes=7))


def _another_algorithm(settings: Settings) -> None:
    record("class/1", "closed", by=None, at=now())
    sequence(now())
    settings.ANLAN_LOG_ALG = "sm3"


def _a_lost_log_key(settings: Settings) -> None:
    record("class/1", "closed", by=None, at=now())
    sequence(now())
    settings.ANLAN_LOG_KEY.unlink()


@pytest.mark.parametrize(
    ("spoil", "name", "words"),
    [
        (_no_manifest, "页面资源", "还没有构建"),
        (_no_bundle, "页面资源", "desk.js"),
        (_no_font, "字体", "NotoSerifSC-Bold.ttf"),
        (_no_industries, "代码表", "gb_t_4754"),
        (_an_ended_rule, "规则", "没有生效的值"),
        (_a_silent_worker, "后台任务", "7 分钟"),
        (_a_silent_sequencer, "后台任务", "签名日志已有 7 分钟"),
        (_another_algorithm, "签名日志", "一个日志只用一种算法"),
        (_a_lost_log_key, "签名日志", "签名密钥不见了"),
        (_a_failing_job, "任务出错", "gateway away"),
    ],
)
def test_each_fault_is_named_with_its_remedy(
    spoil: Callable[[Settings], None], name: str, words: str, settings: Settings
) -> None:
    spoil(settings)
    faults = [f for f in checkup.examine(now()) if f.health == Health.WRONG]
    assert [f.name for f in faults] == [name]
    assert words in faults[0].text
    assert faults[0].mend


@pytest.mark.skipif(connection.vendor != "sqlite", reason="asks SQLite's own switches")
def test_a_careless_sqlite_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup, "_pragma", lambda _, name: {"synchronous": 1}.get(name, "wal"))
    assert "断电可能丢数据" in checkup.database(now()).text


def test_a_clock_that_went_back_is_found() -> None:
    record("class/1", "closed", by=None, at=now())
    found = checkup.clock(now() - timedelta(hours=1))
    assert found.health == Health.WRONG


def test_a_full_disk_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = SimpleNamespace(free=200 * 1024 * 1024)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert checkup.disk(now()).health == Health.WRONG


def test_a_worker_that_never_ran_is_a_notice_only() -> None:
    Lease.objects.all().delete()
    assert checkup.worker(datetime.now(UTC)).health == Health.NOTICE
    assert cli.main(["doctor"]) == 0


def test_json_carries_the_whole_error_of_a_job(capsys: pytest.CaptureFixture[str]) -> None:
    Lease.objects.filter(job="notices").update(last_error="Traceback…\nOSError: gateway away")
    assert cli.main(["doctor", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    assert told["job_errors"] == {"notices": "Traceback…\nOSError: gateway away"}
    assert all(f["mend"] for f in told["findings"] if f["health"] == "wrong")


def test_the_ledger_is_recomputed_when_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = [record("class/1", "class_edited", by=None, at=now(), n=n) for n in range(3)]
    sequence(now())
    kept = tmp_path / "kept"
    kept.write_text(Checkpoint.objects.get().note, "utf-8")
    assert cli.main(["doctor", "--ledger", "--checkpoint", str(kept)]) == 0
    assert "3 条逐条重算" in capsys.readouterr().out
    Entry.objects.filter(pk=entries[1].pk).update(leaf="{}")
    assert cli.main(["doctor", "--ledger"]) == 1
    assert f"id {entries[1].pk}" in capsys.readouterr().out
    assert cli.main(["doctor", "--ledger", "--checkpoint", str(tmp_path / "none")]) == 1
    assert "检查点文件读不出来" in capsys.readouterr().err


def test_a_store_that_takes_nothing_is_found(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path / "a file where a folder should be"
    blocked.write_text("")
    settings.ANLAN_FILES = blocked / "files"
    assert cli.main(["doctor"]) == 1
    told = capsys.readouterr().out
    assert "文件存储" in told
    assert "请检查文件夹的权限" in told


def test_a_store_that_works_is_left_empty(settings: Settings, tmp_path: Path) -> None:
    settings.ANLAN_FILES = tmp_path / "files"
    assert cli.main(["doctor"]) == 0
    assert [path for path in settings.ANLAN_FILES.rglob("*") if path.is_file()] == []


def issuer_finding(at: datetime | None = None) -> checkup.Finding:
    return checkup.issuer(at or now())


def test_an_issuer_that_lasts_is_good_and_one_that_ends_soon_is_said(settings: Settings) -> None:
    ends = the_issuer().certificate.not_valid_after_utc
    assert issuer_finding().health == Health.GOOD
    soon = issuer_finding(ends - timedelta(days=30))
    assert (soon.health, "anlan issuer --renew" in soon.mend) == (Health.NOTICE, True)
    over = issuer_finding(ends + timedelta(days=1))
    assert (over.health, "已过期" in over.text) == (Health.WRONG, True)


def test_an_issuers_key_that_others_can_read_is_found(settings: Settings, tmp_path: Path) -> None:
    own = tmp_path / "own-issuer"
    the_issuer()
    shutil.copytree(settings.ANLAN_ISSUER, own)
    settings.ANLAN_ISSUER = own
    (own / "issuer.pem").chmod(0o644)
    assert "chmod 600" in issuer_finding().mend
    (own / "issuer.pem").write_text("not a key")
    assert issuer_finding().health == Health.WRONG


def test_a_missing_issuer_is_noticed_and_not_made(settings: Settings, tmp_path: Path) -> None:
    settings.ANLAN_ISSUER = tmp_path / "none"
    assert issuer_finding().health == Health.NOTICE
    assert not (tmp_path / "none").exists()


def test_the_issuer_command_tells_and_renews(
    settings: Settings,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(issuing, "BITS", 2048)
    settings.ANLAN_ISSUER = tmp_path / "issuer"
    assert cli.main(["issuer", "--root"]) == 0
    assert capsys.readouterr().out == the_issuer().root_pem
    before = the_issuer().fingerprint
    assert cli.main(["issuer", "--renew"]) == 0
    assert "已换发" in capsys.readouterr().out
    assert the_issuer().fingerprint != before
