"""A time-stamping authority of our own, made by the `openssl` command in a temporary folder."""

import shutil
import subprocess
from pathlib import Path

import pytest

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")

SETTINGS = """
[req]
distinguished_name = dn
prompt = no
[dn]
CN = {name}
[ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
[tsa]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa_config]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
certs = ca.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256,sha512
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
"""


class Authority:
    """`answer(query)` is what it says to a TimeStampReq; `root` is the PEM to trust."""

    def __init__(self, folder: Path, name: str = "测试时间戳机构") -> None:
        self.folder, self.name = folder, name
        folder.mkdir(parents=True)
        self._run_with("ca 根", "req", "-x509", *self._new("ca"), "-extensions", "ca")
        self._run_with(name, "req", *self._new("tsa", out="tsa.csr"))
        sign = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30")
        extend = ("-extfile", "conf", "-extensions", "tsa", "-out", "tsa.pem")
        self.run("x509", "-req", "-in", "tsa.csr", *sign, *extend)
        (folder / "serial").write_text("01\n")

    @property
    def root(self) -> Path:
        return self.folder / "ca.pem"

    def answer(self, query: bytes) -> bytes:
        (self.folder / "query").write_bytes(query)
        words = ("-queryfile", "query", "-config", "conf", "-section", "tsa_config")
        self.run("ts", "-reply", *words, "-out", "reply")
        return (self.folder / "reply").read_bytes()

    def bare(self, response: bytes) -> bytes:
        """The token without its response, as some authorities' files hold it."""
        (self.folder / "reply").write_bytes(response)
        self.run("ts", "-reply", "-in", "reply", "-token_out", "-out", "token")
        return (self.folder / "token").read_bytes()

    def run(self, *words: str) -> None:
        done = subprocess.run(["openssl", *words], cwd=self.folder, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()

    def _run_with(self, name: str, *words: str) -> None:
        (self.folder / "conf").write_text(SETTINGS.format(name=name), "utf-8")
        self.run(*words, "-config", "conf", "-utf8")

    def _new(self, name: str, out: str = "") -> tuple[str, ...]:
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        return (*key, "-keyout", f"{name}.key", "-out", out or f"{name}.pem", "-days", "30")
