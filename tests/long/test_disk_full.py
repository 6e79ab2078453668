"""The disk fills up under an upload: it is told plainly, nothing half-written stays, work goes on."""

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.timezone import now

from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.services import NotKept, keep
from anlan.foundation.ledger.models import Entry
from anlan.identity.models import RosterUpload
from anlan.identity.rosters import TEMPLATE_HEADERS
from anlan.identity.tests.builders import a_row
from anlan.lib.spreadsheets import write_table
from anlan.testing.cast import Cast, the_cast
from tests.long.city import City, Running, needs_proc, until
from tests.long.site import Browser, enter, free_port, served

MB = 1024**2
UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


@pytest.fixture(scope="module")
def cast(city: City) -> Cast:
    return the_cast()


@pytest.fixture(scope="module")
def site(city: City, cast: Cast) -> Iterator[tuple[Running, Browser, str]]:
    """The running site, the safety officer's browser, the address of the roster upload."""
    port = free_port()
    with served(city, port) as running:
        officer = enter(cast.safety_officer, port)
        yield running, officer, f"/people/of/{cast.enterprise.uid}/upload"


Site = tuple[Running, Browser, str]


def a_sheet(rows: int = 20) -> bytes:
    return write_table("", TEMPLATE_HEADERS, [a_row(n) for n in range(rows)])


def a_large_csv(size: int) -> bytes:
    head = ",".join(TEMPLATE_HEADERS) + "\n"
    row = ",".join(a_row(1)) + "\n"
    return (head + row * (size // len(row.encode()) + 1)).encode()


@contextmanager
def files_no_larger_than(size: int, pids: list[int]) -> Iterator[None]:
    """Every write beyond `size` fails in these processes, as on a disk that is full."""
    for pid in pids:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        for pid in pids:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, UNLIMITED)


needs_prlimit = pytest.mark.skipif(
    not hasattr(resource, "prlimit"), reason="limiting another process needs Linux's prlimit"
)


@pytest.fixture
def _own_limit_is_open() -> None:
    if resource.getrlimit(resource.RLIMIT_FSIZE) != UNLIMITED:
        pytest.skip("this machine limits the size of files already")


def stand(city: City) -> tuple[int, int, int, list[Path]]:
    """What is kept: rows, uploads, ledger lines, files."""
    rows = (StoredFile.objects.count(), RosterUpload.objects.count(), Entry.objects.count())
    return (*rows, sorted(city.files))


@needs_prlimit
@pytest.mark.usefixtures("_own_limit_is_open")
def test_keeping_refuses_by_name_and_works_again_afterwards(city: City) -> None:
    """Fails when a full disk raises a bare OSError, leaves a draft or a row, or spoils the next."""
    before = stand(city)
    with (
        files_no_larger_than(MB, [os.getpid()]),
        pytest.raises(NotKept, match="服务器存储空间不足") as told,
    ):
        keep([bytes(MB), b"and one more"], name="录像.mp4", by=None, at=now())
    assert told.value.next_step
    assert stand(city) == before
    stored = keep([bytes(MB), b"and one more"], name="录像.mp4", by=None, at=now())
    assert stored.path.stat().st_size == stored.size == MB + 12


@needs_proc
@needs_prlimit
@pytest.mark.usefixtures("_own_limit_is_open")
def test_a_disk_that_fills_while_an_upload_comes_in(city: City, site: Site) -> None:
    """Fails when the person sees an error page of the server's, when anything of the file stays,
    or when the next upload is refused too."""
    running, officer, path = site
    largest = max(one.stat().st_size for one in city.var.rglob("*") if one.is_file())
    before = stand(city)
    with files_no_larger_than(largest + 4 * MB, running.family()):
        answer = officer.upload(path, "花名册.csv", a_large_csv(largest + 5 * MB))
    assert answer.status == 507, answer.text[:300]
    assert "服务器存储空间不足，文件没有保存" in answer.text
    assert "请稍后重新上传" in answer.text
    assert stand(city) == before
    assert officer.upload(path, "花名册.xlsx", a_sheet()).status == 302


@contextmanager
def a_tiny_disk(folder: Path, size: str) -> Iterator[None]:
    """Another, tiny file system in place of a folder (root only)."""
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        pytest.skip("mounting a tiny file system needs root")
    done = subprocess.run(
        [mount, "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"a tiny file system can't be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_file_store_that_is_really_full(city: City, site: Site) -> None:
    """Fails when `keep` behind the site doesn't refuse plainly on a full file system, leaves a
    draft on it, or refuses what still fits."""
    _running, officer, path = site
    store = Path(settings.ANLAN_FILES)
    store.mkdir(exist_ok=True)
    with a_tiny_disk(store, "1m"):
        before = stand(city)
        answer = officer.upload(path, "花名册.csv", a_large_csv(MB + MB // 2))
        assert answer.status == 507, answer.text[:300]
        assert "服务器存储空间不足，文件没有保存" in answer.text
        until(lambda: stand(city) == before, 10, "nothing of it is kept")
        assert officer.upload(path, "花名册.xlsx", a_sheet(21)).status == 302
