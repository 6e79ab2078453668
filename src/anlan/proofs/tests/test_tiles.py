"""The log on disk: the same tree as in memory, whatever the batches, whatever a crash left."""

import threading
from pathlib import Path

import pytest

from anlan.proofs.merkle import consistency_proof, inclusion_proof, root, verify_inclusion
from anlan.proofs.tests.trees import entries, hashes_of, node_over, with_hashes
from anlan.proofs.tiles import LONGEST_ENTRY, TileFolder, entries_path, tile_path

MANY = 66_000  # more than one full tile of level 1


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def grown(folder: Path, all_entries: list[bytes], *sizes: int, alg: str = "sha256") -> TileFolder:
    """A log that was appended to until it had each of these sizes."""
    log = TileFolder(folder, alg)
    before = 0
    for size in sizes:
        log.append(with_hashes(all_entries[before:size], alg), before)
        before = size
    return log


def test_paths_are_those_of_the_standard() -> None:
    assert tile_path(0, 1234067) == "tile/0/x001/x234/067"
    assert tile_path(0, 1234, 5) == "tile/0/x001/234.p/5"
    assert tile_path(63, 0) == "tile/63/000"
    assert tile_path(1, 1000, 255) == "tile/1/x001/000.p/255"
    assert entries_path(7) == "tile/entries/007"
    assert entries_path(999, 1) == "tile/entries/999.p/1"


@pytest.mark.parametrize(
    ("level", "index", "width"), [(64, 0, 256), (-1, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257)]
)
def test_a_tile_that_cannot_be_has_no_path(level: int, index: int, width: int) -> None:
    with pytest.raises(ValueError, match="no tile"):
        tile_path(level, index, width)


def test_a_log_of_70000_has_the_tiles_that_the_standard_counts(tmp_path: Path) -> None:
    log = grown(tmp_path, [b""] * 70_000, 70_000)
    level_0 = {path for path in files_in(tmp_path) if path.startswith("tile/0/")}
    above = {path for path in files_in(tmp_path) if path.startswith(("tile/1/", "tile/2/"))}
    assert len(level_0) == 274
    assert "tile/0/273.p/112" in level_0
    assert above == {"tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"}
    assert log.root(70_000) == root(70_000, node_over(hashes_of([b""] * 70_000)))


@pytest.mark.parametrize("alg", ["sha256", "sm3"])
def test_roots_and_proofs_are_those_of_the_tree_in_memory(tmp_path: Path, alg: str) -> None:
    sizes = (1, 2, 255, 256, 257, 511, 700, 1300)
    all_entries = entries(1300)
    leaves = hashes_of(all_entries, alg)
    node = node_over(leaves, alg)
    log = grown(tmp_path, all_entries, *sizes, alg=alg)
    for reader in (log, TileFolder(tmp_path, alg)):
        for size in sizes:
            assert reader.root(size) == root(size, node, alg)
            proof = consistency_proof(size, 1300, reader.node, alg)
            assert proof == consistency_proof(size, 1300, node, alg)
        for index in (0, 255, 256, 1023, 1299):
            proof = inclusion_proof(index, 1300, reader.node, alg)
            assert verify_inclusion(leaves[index], index, 1300, proof, reader.root(1300), alg)
            assert reader.leaf_bytes(index, 1300) == all_entries[index]


def test_the_batches_do_not_show_in_full_tiles(tmp_path: Path) -> None:
    all_entries = entries(600)
    grown(tmp_path / "one", all_entries, 600)
    grown(tmp_path / "many", all_entries, *range(1, 601, 7), 600)
    at_once, by_and_by = files_in(tmp_path / "one"), files_in(tmp_path / "many")
    assert {path: by_and_by[path] for path in at_once} == at_once
    assert {path.rpartition("/")[0] for path in by_and_by.keys() - at_once.keys()} == {
        "tile/0/002.p",
        "tile/entries/002.p",
        "tile/1/000.p",
    }


def test_a_partial_tile_stays_until_its_full_tile_is_there(tmp_path: Path) -> None:
    log = grown(tmp_path, entries(300), 3, 5)
    assert {"tile/0/000.p/3", "tile/0/000.p/5"} <= files_in(tmp_path).keys()
    log.append(with_hashes(entries(256)[5:]), 5)
    assert files_in(tmp_path).keys() == {"tile/0/000", "tile/1/000.p/1", "tile/entries/000"}


def test_the_same_leaves_again_leave_the_same_bytes(tmp_path: Path) -> None:
    all_entries = entries(900)
    log = grown(tmp_path, all_entries, 100, 900)
    before = files_in(tmp_path)
    log.append(with_hashes(all_entries[100:]), 100)
    TileFolder(tmp_path).append(with_hashes(all_entries[100:]), 100)
    assert files_in(tmp_path) == before


@pytest.mark.parametrize("crashed_at", [120, 256, 300, 900])
def test_what_a_crash_left_beyond_the_signed_size_is_overwritten(
    tmp_path: Path, crashed_at: int
) -> None:
    """The crashed round wrote its tiles, but no checkpoint; the next one has other entries."""
    signed = entries(100)
    lost = [*signed, *(b"lost %d" % n for n in range(crashed_at - 100))]
    real = [*signed, *(b"real %d" % n for n in range(200))]
    grown(tmp_path, lost, 100, crashed_at)
    reader = TileFolder(tmp_path)
    assert reader.node(6, 0)  # remembers a tile that will be replaced
    for before, size in [(100, 110), (110, 300)]:
        TileFolder(tmp_path).append(with_hashes(real[before:size]), before)
        assert reader.root(size) == root(size, node_over(hashes_of(real)))
        assert reader.leaf_bytes(size - 1, size) == real[size - 1]


@pytest.mark.parametrize(("slow", "fast"), [(110, 120), (110, 300), (256, 300), (300, 600)])
def test_a_slow_writer_takes_nothing_from_one_that_is_ahead(
    tmp_path: Path, slow: int, fast: int
) -> None:
    all_entries = entries(700)
    whole = node_over(hashes_of(all_entries))
    one, other = grown(tmp_path, all_entries, 100), TileFolder(tmp_path)
    other.append(with_hashes(all_entries[100:fast]), 100)
    one.append(with_hashes(all_entries[100:slow]), 100)
    assert one.root(slow) == root(slow, whole)
    for log in (one, other, TileFolder(tmp_path)):
        assert log.root(fast) == root(fast, whole)
    other.append(with_hashes(all_entries[fast:]), fast)
    assert one.root(700) == root(700, whole)


def test_a_torn_file_of_a_crashed_write_is_no_tile(tmp_path: Path) -> None:
    log = grown(tmp_path, entries(20), 5)
    (tmp_path / "tile/0/000.p/20.part").write_bytes(b"torn")
    (tmp_path / "tile/0/000.part").write_bytes(b"torn")
    assert TileFolder(tmp_path).root(5) == log.root(5)
    log.append(with_hashes(entries(20)[5:]), 5)
    assert TileFolder(tmp_path).root(20) == root(20, node_over(hashes_of(entries(20))))
    assert not list(tmp_path.rglob("20.part"))


def test_a_reader_follows_while_another_process_appends(tmp_path: Path) -> None:
    all_entries = entries(800)
    whole = node_over(hashes_of(all_entries))
    reader, writer = TileFolder(tmp_path), TileFolder(tmp_path)
    sizes = range(0, 800, 16)
    signed = [0]
    trouble: list[BaseException] = []

    def read() -> None:
        try:
            while signed[0] < 800:
                size = signed[0]
                assert reader.root(size) == root(size, whole)
                assert not size or reader.leaf_bytes(size - 1, size) == all_entries[size - 1]
        except BaseException as wrong:
            trouble.append(wrong)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for thread in readers:
        thread.start()
    for size in sizes:
        writer.append(with_hashes(all_entries[size : size + 16]), size)
        signed[0] = size + 16
    for thread in readers:
        thread.join()
    assert trouble == []


def test_an_entry_too_long_for_a_bundle_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    longest = with_hashes([b"x" * LONGEST_ENTRY])
    with pytest.raises(ValueError, match="more than 65535 bytes"):
        TileFolder(tmp_path).append([*longest, *with_hashes([b"x" * (LONGEST_ENTRY + 1)])], 0)
    assert files_in(tmp_path) == {}
    TileFolder(tmp_path).append(longest, 0)
    assert TileFolder(tmp_path).leaf_bytes(0, 1) == b"x" * LONGEST_ENTRY


def test_an_entry_under_another_hash_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="entry 1 is not its own"):
        TileFolder(tmp_path).append([*with_hashes([b"a"]), (b"b", b"\0" * 32)], 0)
    assert files_in(tmp_path) == {}


def test_a_log_whose_beginning_is_missing_is_not_continued(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        TileFolder(tmp_path).append(with_hashes([b"a"]), 5)
    assert files_in(tmp_path) == {}


def test_a_tile_cut_short_is_said_and_not_hashed(tmp_path: Path) -> None:
    grown(tmp_path, entries(256), 256)
    for name in ("tile/0/000", "tile/entries/000"):
        content = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(content[: len(content) // 2])
    log = TileFolder(tmp_path)
    with pytest.raises(ValueError, match="cut short"):
        log.node(0, 200)
    with pytest.raises(ValueError, match="cut short"):
        log.leaf_bytes(200, 256)
    with pytest.raises(ValueError, match="no leaf"):
        log.leaf_bytes(256, 256)
    with pytest.raises(ValueError, match="no node"):
        log.node(0, -1)


def test_tiles_of_levels_zero_to_two_agree_with_memory(tmp_path: Path) -> None:
    all_entries = [b"%d" % n for n in range(MANY)]
    log = grown(tmp_path, all_entries, 40_000, 65_536, MANY)
    node = node_over(hashes_of(all_entries))
    assert log.root(MANY) == root(MANY, node)
    assert log.node(16, 0) == node(16, 0)
    assert log.node(9, 3) == node(9, 3)
