"""The checking page and `anlan verify` agree on every file, and the page tells nobody."""

import hashlib
import io
import json
import re
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from anlan.proofs.bag import hidden, same_name, write_bag_to
from anlan.proofs.cli import SIGNS
from anlan.proofs.receipt import check_file
from anlan.proofs.receipt import conclusion as receipt_conclusion
from anlan.proofs.tests.builders import INFO, an_archive
from anlan.proofs.tests.test_receipt import KEYS, a_receipt
from anlan.proofs.tests.trees import LOG_VKEY
from anlan.proofs.verdict import Means, verify
from anlan.testing.floors import ROOT

from . import check_cases
from .checking import Checker, Outcome, Said, checker_at, offline_file, served

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with served() as address:
        yield address


FROM_DISK = pytest.param("one file from the disk", marks=pytest.mark.long)


@pytest.fixture(params=["served", FROM_DISK])
def checker(request: pytest.FixtureRequest, chromium: Browser, site: str) -> Iterator[Checker]:
    address = f"{site}/verify/" if request.param == "served" else offline_file().as_uri()
    with checker_at(chromium, address) as checker:
        yield checker
        assert checker.complaints == []


@pytest.fixture
def offline(chromium: Browser) -> Iterator[Checker]:
    with checker_at(chromium, offline_file().as_uri()) as checker:
        yield checker
        assert checker.complaints == []


def laid_out(folder: Path, cases: Iterable[check_cases.Case], suffix: str) -> list[Path]:
    paths = []
    for name, content in cases:
        path = folder / f"{name}{suffix}"
        path.write_bytes(content)
        paths.append(path)
    return paths


def python_says(path: Path, keys: list[str]) -> Said:
    if path.suffix == ".json":
        return {(one.kind, one.path) for one in check_file(path, keys)}
    return {(one.kind, one.path) for one in verify(path, Means(vkeys=keys)).findings}


def disagreements(
    found: dict[str, Outcome], paths: list[Path], keys: list[str]
) -> dict[str, tuple[Said, Said]]:
    """Where the page and Python see different things, by file: page's, then Python's."""
    pairs = {
        path.name: (
            found[path.name].said,
            python_says(path, keys),
        )
        for path in paths
    }
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def test_receipts_are_judged_alike(offline: Checker, tmp_path: Path) -> None:
    paths = laid_out(tmp_path, check_cases.receipts(), ".json")
    offline.give(KEYS)
    found = offline.put(*paths)
    assert disagreements(found, paths, KEYS) == {}
    assert found["good-4-11.json"].conclusion == receipt_conclusion(
        check_file(tmp_path / "good-4-11.json", KEYS)
    )
    assert found["good-4-11.json"].tone == "ok"
    assert {one.tone for name, one in found.items() if name.startswith("without")} == {"stop"}


def test_without_a_key_a_receipt_is_not_yet_good(checker: Checker, tmp_path: Path) -> None:
    paths = laid_out(tmp_path, [("one", check_cases.as_json(a_receipt()))], ".json")
    one = checker.put(*paths)["one.json"]
    assert disagreements({"one.json": one}, paths, []) == {}
    assert (one.tone, one.conclusion) == ("warn", "证明成立，但签名未核对，还不能算有效。")
    checker.give(KEYS)
    checker.page.press("#check-seal", "Enter")
    checker.page.locator("#check-keys").blur()
    checker.page.wait_for_selector(".check-outcome[data-tone=ok]")


@pytest.mark.parametrize("count", [40, pytest.param(200, marks=pytest.mark.long)])
def test_random_trees_and_leaves_are_judged_alike(
    offline: Checker, tmp_path: Path, count: int
) -> None:
    paths = laid_out(tmp_path, check_cases.random_receipts(count, seed=20261123), ".json")
    offline.give(KEYS[:1])
    found = offline.put(*paths)
    assert disagreements(found, paths, KEYS[:1]) == {}
    good = sum(one.tone == "ok" for one in found.values())
    assert 0.7 <= good / count <= 0.8  # a quarter is spoilt


def test_sm3_is_the_same_at_every_length(offline: Checker, tmp_path: Path) -> None:
    paths = laid_out(tmp_path, check_cases.sm3_receipts(), ".json")
    offline.give(KEYS[:1])
    found = offline.put(*paths)
    assert {one.tone for one in found.values()} == {"ok"}
    assert disagreements(found, paths, KEYS[:1]) == {}


def test_archives_are_judged_alike(offline: Checker, tmp_path: Path) -> None:
    paths = laid_out(tmp_path, check_cases.archives(), ".zip")
    found = offline.put(*paths)
    assert disagreements(found, paths, []) == {}
    assert "档案完好" in found["whole.zip"].conclusion
    assert found["whole.zip"].seal == verify(tmp_path / "whole.zip").seal
    assert "膨胀" in found["bomb.zip"].texts
    assert "截断" in found["cut-10.zip"].texts


@pytest.mark.parametrize("count", [12, pytest.param(50, marks=pytest.mark.long)])
def test_a_flipped_bit_is_judged_alike(offline: Checker, tmp_path: Path, count: int) -> None:
    """zlib also refuses a spare field of a deflate stream (NLEN) that the page's reader skips."""
    whole = tmp_path / "whole"
    whole.write_bytes(an_archive())
    seal = verify(whole).seal
    paths = laid_out(tmp_path, check_cases.flipped(count, seed=7), ".zip")
    found = offline.put(*paths)
    apart = disagreements(found, paths, [])
    assert [name for name in apart if found[name].tone != "ok" or found[name].seal != seal] == []
    assert len(apart) <= count // 10


def test_an_unpacked_archive_is_judged_alike(checker: Checker, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(an_archive())) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "archive"
    (outcome,) = checker.put_folder(folder).values()
    assert (outcome.tone, outcome.seal) == ("ok", verify(folder).seal)
    (folder / "data/report.pdf").write_bytes(b"%PDF forged")
    (folder / "data/empty.txt").unlink()
    (folder / "data/more.txt").write_bytes(b"")
    (outcome,) = checker.put_folder(folder).values()
    assert outcome.said == {(one.kind, one.path) for one in verify(folder).findings}


def test_the_published_seal_finds_an_archive_made_anew(offline: Checker, tmp_path: Path) -> None:
    path = tmp_path / "class.zip"
    path.write_bytes(an_archive())
    offline.give(seal=f" {verify(path).seal.upper()} ")
    assert ("ok", "封签") in offline.put(path)["class.zip"].said
    path.write_bytes(an_archive([("one more.txt", b"1")]))
    outcome = offline.put(path)["class.zip"]
    assert ("changed", "封签") in outcome.said
    assert outcome.conclusion == "档案不可信，原因见下。"
    offline.give(seal="abc")
    offline.put(path)
    assert "64 位十六进制" in offline.page.inner_text("#check-seal-error")


SEGMENTS = {f"seg-{n:05}.m4s": bytes([n]) * (1000 + n) for n in range(4)}


def a_segment_list(**changes: object) -> bytes:
    segments = [
        {
            "no": number,
            "sha256": hashlib.sha256(content).hexdigest(),
            "size": len(content),
            "starts_at": f"2026-11-23T09:00:{10 * number:02}Z",
            "duration_ms": 10_000,
            "name": name,
        }
        for number, (name, content) in enumerate(SEGMENTS.items())
    ]
    init = {"sha256": hashlib.sha256(b"init").hexdigest(), "size": 4, "name": "init.mp4"}
    listed = {"format": "anlan-segments/1", "recording": "r-1", "segments": segments, "init": init}
    return json.dumps({**listed, **changes}).encode()


def segment_files(folder: Path) -> list[Path]:
    cases = [("segments.json", a_segment_list()), ("init.mp4", b"init"), *SEGMENTS.items()]
    return laid_out(folder, cases, "")


def test_segments_are_compared_with_their_list(checker: Checker, tmp_path: Path) -> None:
    files = segment_files(tmp_path)
    outcome = checker.put(*files)["segments.json"]
    assert (outcome.tone, outcome.conclusion) == ("ok", "5 个文件都与清单一致，一个不少。")
    (tmp_path / "seg-00001.m4s").write_bytes(bytes([1]) * 900)
    (tmp_path / "seg-00009.m4s").write_bytes(b"slipped in")
    outcome = checker.put(*files[:3], files[3], *files[5:], tmp_path / "seg-00009.m4s")[
        "segments.json"
    ]
    assert outcome.said == {
        ("changed", "seg-00001.m4s"),
        ("removed", "seg-00002.m4s"),
        ("added", "seg-00009.m4s"),
    }
    assert "第 1 段（09:00:10Z 起）被截短" in outcome.texts


def test_a_segment_list_with_a_hole_or_without_sense_is_found(
    offline: Checker, tmp_path: Path
) -> None:
    files = segment_files(tmp_path)
    segments = json.loads(a_segment_list())["segments"]
    for wrong in (
        {"segments": [segments[0], *segments[2:]]},
        {"segments": "many"},
        {"segments": [{**segments[0], "sha256": "00"}]},
        {"segments": [{**segments[0], "name": "../evil"}]},
        {"segments": [segments[0], {**segments[1], "name": segments[0]["name"]}]},
        {"init": {"name": "init.mp4"}},
    ):
        files[0].write_bytes(a_segment_list(**wrong))
        outcome = offline.put(*files)["segments.json"]
        assert ("malformed", "segments.json") in outcome.said
        assert outcome.tone == "stop"


def test_single_files_are_compared_with_a_manifest(offline: Checker, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(an_archive())) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "archive"
    manifest, report = folder / "manifest-sha256.txt", folder / "data/report.pdf"
    outcome = offline.put(manifest, report, folder / "data/empty.txt")["manifest-sha256.txt"]
    assert ("ok", "data/report.pdf") in outcome.said
    assert ("removed", "data/合格率 100.txt") in outcome.said
    assert outcome.tone == "warn"
    report.write_bytes(b"%PDF forged")
    outcome = offline.put(manifest, report)["manifest-sha256.txt"]
    assert ("changed", "data/report.pdf") in outcome.said
    assert outcome.tone == "stop"


def test_a_key_file_beside_the_receipt_is_used_and_said(offline: Checker, tmp_path: Path) -> None:
    (tmp_path / "keys.txt").write_text("# 公报公布\n" + "\n".join(KEYS) + "\n", "utf-8")
    (tmp_path / "one.json").write_bytes(check_cases.as_json(a_receipt()))
    found = offline.put(tmp_path / "keys.txt", tmp_path / "one.json")
    assert [(one.title, one.tone) for one in found.values()] == [("one.json", "ok")]
    assert "公钥文件" in offline.page.inner_text("#check-cards")


def test_a_key_that_was_mistyped_is_named(offline: Checker, tmp_path: Path) -> None:
    (tmp_path / "one.json").write_bytes(check_cases.as_json(a_receipt()))
    wrong = KEYS[0].replace("+", "+0", 1)
    offline.give([wrong])
    one = offline.put(tmp_path / "one.json")["one.json"]
    assert one.said == {(f.kind, f.path) for f in check_file(tmp_path / "one.json", [wrong])}
    assert "重新复制" in offline.page.inner_text("#check-keys-error")


def test_what_needs_the_command_is_said_with_the_command(offline: Checker, tmp_path: Path) -> None:
    (tmp_path / "证明.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "notes.txt").write_bytes(b"hello")
    found = offline.put(tmp_path / "证明.pdf", tmp_path / "notes.txt")
    assert {one.tone for one in found.values()} == {"warn"}
    shown = offline.page.inner_text("#check-cards")
    assert 'anlan verify "证明.pdf"' in shown
    assert hashlib.sha256(b"hello").hexdigest() in shown


def test_a_checkpoint_alone_is_checked_by_its_signature(offline: Checker, tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    path.write_text(a_receipt()["checkpoint"], "utf-8")
    offline.give(KEYS)
    assert offline.put(path)["checkpoint"].tone == "ok"
    path.write_text(a_receipt()["checkpoint"].replace("\n11\n", "\n12\n"), "utf-8")
    assert offline.put(path)["checkpoint"].tone == "stop"


def test_nothing_leaves_the_computer(checker: Checker, tmp_path: Path) -> None:
    path = tmp_path / "class.zip"
    path.write_bytes(an_archive())
    checker.give(KEYS)
    checker.put(path)
    assert [url for url in checker.asked if not url.startswith("blob:")] == []
    blocked = checker.page.evaluate("fetch('/verify/').then(() => false, () => true)")
    assert blocked
    checker.complaints.clear()  # the browser says that it refused


def test_the_served_page_goes_on_without_a_network(
    chromium: Browser, site: str, tmp_path: Path
) -> None:
    (tmp_path / "one.json").write_bytes(check_cases.as_json(a_receipt()))
    with checker_at(chromium, f"{site}/verify/") as checker:
        checker.page.context.set_offline(True)
        checker.give(KEYS)
        assert checker.put(tmp_path / "one.json")["one.json"].tone == "ok"


def test_the_platforms_own_key_is_filled_in_only_when_asked(chromium: Browser, site: str) -> None:
    with checker_at(chromium, f"{site}/verify/") as checker:
        page = checker.page
        page.click("#check-means summary")
        assert page.input_value("#check-keys") == ""
        page.click("#check-own")
        assert page.input_value("#check-keys").startswith(f"{settings.ANLAN_LOG_ORIGIN}+")
        assert "不能防备平台自己造假" in page.inner_text("#check-own-said")


def test_the_page_is_saved_as_one_file_and_works(
    chromium: Browser, site: str, tmp_path: Path
) -> None:
    with checker_at(chromium, f"{site}/verify/") as checker:
        with checker.page.expect_download() as download:
            checker.page.click("text=保存本页供离线使用")
        saved = tmp_path / download.value.suggested_filename
        download.value.save_as(saved)
        digest = hashlib.sha256(saved.read_bytes()).hexdigest()
        assert digest in checker.page.inner_text(".check-save")
    (tmp_path / "class.zip").write_bytes(an_archive())
    with checker_at(chromium, saved.as_uri()) as checker:
        assert checker.put(tmp_path / "class.zip")["class.zip"].tone == "ok"


def test_a_big_archive_shows_its_progress_and_can_be_stopped(
    offline: Checker, tmp_path: Path
) -> None:
    path = tmp_path / "big.zip"
    film = tmp_path / "film.mp4"
    with film.open("wb") as stream:
        stream.truncate(150 << 20)  # mostly a hole: nothing is written to the disk
    write_bag_to(path, [("film.mp4", film)], INFO)
    offline.page.set_input_files("#check-files", str(path))
    expect(offline.page.locator("#check-figures")).to_contain_text("共 150 MB")
    offline.page.click("#check-stop")
    assert "已停止" in offline.headline


def test_a_file_too_big_to_be_held_is_hashed_in_pieces(offline: Checker, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    with film.open("wb") as stream:
        stream.truncate(33 << 20)
    path = tmp_path / "class.zip"
    write_bag_to(path, [("film.mp4", film), ("text.txt", b"\n" * (3 << 20))], INFO)
    outcome = offline.put(path, film)["class.zip"]
    assert (outcome.tone, outcome.seal) == ("ok", verify(path).seal)


@pytest.mark.parametrize("width", [1366, 360])
def test_the_page_is_accessible_and_fits(
    chromium: Browser, site: str, width: int, tmp_path: Path
) -> None:
    paths = laid_out(tmp_path, [*check_cases.receipts()][:6], ".json")
    (tmp_path / "class.zip").write_bytes(an_archive())
    viewport = {"width": width, "height": 768}
    with checker_at(chromium, f"{site}/verify/", viewport=viewport) as checker:
        for found in (None, checker.put(*paths, tmp_path / "class.zip")):
            checker.page.evaluate("document.getElementById('check-means').open = true")
            violations = Axe().run(checker.page).response["violations"]
            serious = [v["id"] for v in violations if v["impact"] in ("serious", "critical")]
            assert serious == [], found
            wide = checker.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width


def test_the_whole_page_works_from_the_keyboard(offline: Checker) -> None:
    page = offline.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "check-files"
    assert page.evaluate("document.activeElement.labels[0].textContent").strip() != ""
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "check-folder"


def test_a_file_may_be_dropped_anywhere_on_the_page(offline: Checker) -> None:
    offline.give(KEYS)
    offline.page.evaluate(
        """(text) => {
          const transfer = new DataTransfer()
          transfer.items.add(new File([text], 'one.json'))
          document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true }))
        }""",
        check_cases.as_json(a_receipt()).decode(),
    )
    offline.page.wait_for_selector(".check-outcome[data-tone=ok]")
    assert offline.headline == "回执有效，记录在日志中。"
    assert "+".join(LOG_VKEY.split("+")[:2]) in offline.page.inner_text("#check-at")


def test_a_result_is_copied_as_the_command_would_say_it(chromium: Browser, tmp_path: Path) -> None:
    (tmp_path / "one.json").write_bytes(check_cases.as_json(a_receipt()))
    address = offline_file().as_uri()
    with checker_at(
        chromium, address, permissions=["clipboard-read", "clipboard-write"]
    ) as checker:
        checker.put(tmp_path / "one.json")
        checker.page.click("#check-copy")
        expect(checker.page.locator("#check-copied")).to_have_text("已复制。")
        copied = checker.page.evaluate("navigator.clipboard.readText()")
    assert "  未核  检查点签名：没有给出日志的公钥" in copied
    assert "结论：证明成立，但签名未核对，还不能算有效。" in copied


def module_says(page: Page, name: str, expression: str) -> Any:
    """What an expression gives over a module `m` of the page that imports nothing."""
    source = (ROOT / "frontend" / "check" / name).read_text("utf-8")
    return page.evaluate(
        f"""async (source) => {{
          const m = await import('data:text/javascript,' + encodeURIComponent(source))
          return {expression}
        }}""",
        source,
    )


def test_sm3_gives_the_answers_of_the_standard(chromium: Browser) -> None:
    """GB/T 32905-2016, appendix A."""
    page = chromium.new_page()
    hashed = "['abc', 'abcd'.repeat(16)].map((text) => [...m.sm3(new TextEncoder().encode(text))])"
    answers = [bytes(one).hex() for one in module_says(page, "sm3.js", hashed)]
    page.close()
    assert answers == [
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
        "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
    ]


def test_names_are_equal_and_hidden_as_python_has_them(chromium: Browser) -> None:
    """Case folding and categories of every character that Python's Unicode knows, to U+2FFF."""
    page = chromium.new_page()
    points = [n for n in range(1, 0x3000) if unicodedata.category(chr(n)) != "Cn"]
    folded = module_says(
        page,
        "text.js",
        f"{points}.map((n) => String.fromCodePoint(n)).map((c) => [m.sameName(c), m.hidden(c)])",
    )
    page.close()
    of_page, of_python = defaultdict(set), defaultdict(set)
    for point, (name, _) in zip(points, folded, strict=True):
        of_page[name].add(point)
        of_python[same_name(chr(point))].add(point)
    assert sorted(map(sorted, of_page.values())) == sorted(map(sorted, of_python.values()))
    assert [is_hidden for _, is_hidden in folded] == [hidden(chr(point)) for point in points]


def test_the_script_stays_small() -> None:
    built = Path(settings.STATIC_ROOT)
    (script,) = (built / "assets").glob("check-*.js.br")
    assert script.stat().st_size <= 40_000


def test_the_words_are_those_of_the_command() -> None:
    written = (ROOT / "frontend" / "check" / "findings.js").read_text("utf-8")
    words = dict(re.findall(r"(\w+): '(\S+)'", written))
    assert {kind: words[kind] for kind in SIGNS.keys() & words.keys()} == {
        kind: word for kind, word in SIGNS.items() if kind in words
    }
    assert len(SIGNS.keys() & words.keys()) >= 6
