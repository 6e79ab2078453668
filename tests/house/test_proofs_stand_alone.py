"""`anlan.proofs` reads, checks and opens archives on a machine without Django or a database."""

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from anlan import proofs
from anlan.proofs.part_keys import keys_file
from anlan.proofs.tests.sealed_class import a_sealed_class, all_keys
from anlan.proofs.tests.trees import LOG_VKEY

BLOCKED = ("django", "anlan.foundation", "anlan.archives", "anlan.lib", "anlan.config", "sqlite3")
WANTED = ("rfc8785", "cryptography", "rfc3161_client", "cffi", "pycparser", "_cffi_backend")
ALONE = f"""
import sys

class Wall:
    def find_spec(self, name, path=None, target=None):
        if any(name == one or name.startswith(one + ".") for one in {BLOCKED!r}):
            raise ImportError("walled off: " + name)

sys.meta_path.insert(0, Wall())
from anlan.proofs import cli, opened_copy
archive, vkeys, keys, folder = sys.argv[1:]
assert cli.main([archive, "--keys", vkeys, "--keys", keys]) == 0
assert opened_copy.main([archive, "--keys", keys, "--to", folder]) == 0
"""


def test_it_verifies_and_unseals_with_django_walled_off(tmp_path: Path) -> None:
    archive, vkeys, keys = tmp_path / "class.zip", tmp_path / "log.key", tmp_path / "keys.json"
    archive.write_bytes(a_sealed_class())
    vkeys.write_text(LOG_VKEY + "\n")
    keys.write_bytes(keys_file(all_keys(), made_at="2026-11-23T01:00:00Z"))
    folder = tmp_path / "opened"
    done = subprocess.run(
        [sys.executable, "-c", ALONE, *map(str, (archive, vkeys, keys, folder))],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "签名有效" in done.stdout
    assert (folder / "personal" / "001.json").exists()
    assert (folder / "已开封副本-非封存件.txt").exists()


def test_an_auditor_needs_the_folder_and_three_packages(tmp_path: Path) -> None:
    """As docs/rooms/proofs.md says: this folder, `rfc8785`, `cryptography`, `rfc3161-client`."""
    shelf = tmp_path / "shelf"
    shutil.copytree(Path(proofs.__file__).parent, shelf / "anlan" / "proofs")
    for name in WANTED:
        found = find_spec(name)
        if found is None or found.origin is None:
            continue
        source = Path(found.origin)
        source = source.parent if source.name == "__init__.py" else source
        (shelf / source.name).symlink_to(source)
    archive, vkeys = tmp_path / "class.zip", tmp_path / "log.key"
    archive.write_bytes(a_sealed_class())
    vkeys.write_text(LOG_VKEY + "\n")
    run = f"import sys, runpy; sys.path.append({str(shelf)!r}); "
    run += "runpy.run_module('anlan.proofs', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", run, str(archive), "--keys", str(vkeys)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "签名有效" in done.stdout
