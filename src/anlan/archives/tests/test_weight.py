"""pyHanko brings half a second and aiohttp: who prints carries it, nobody else."""

import os
import subprocess
import sys

import pytest

WEB_AND_WORKER = (
    "import django; django.setup(); import anlan.config.urls; import anlan.config.schedule"
)


@pytest.mark.parametrize(
    ("doing", "unwanted"),
    [
        (WEB_AND_WORKER, ("pyhanko", "aiohttp")),
        ("import anlan.proofs.cli", ("pyhanko", "aiohttp", "asn1crypto", "django")),
    ],
)
def test_what_does_not_sign_does_not_load_the_signer(doing: str, unwanted: tuple[str, ...]) -> None:
    ask = f"{doing}\nimport sys\nprint([name for name in {unwanted!r} if name in sys.modules])"
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "anlan.config.settings"}
    done = subprocess.run([sys.executable, "-c", ask], env=env, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
