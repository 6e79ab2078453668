"""SM2 against the standard's worked example and against OpenSSL, not only against itself."""

import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from gmssl import sm2 as gmssl_sm2  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.proofs.canonical import digest
from anlan.proofs.sm2 import N, Sm2PrivateKey, Sm2PublicKey

# GB/T 32918.5-2017 annex A.2: key, nonce, "message digest" and what comes of them.
KEY = Sm2PrivateKey(0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8)
PUBLIC = (
    "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)
NONCE = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21
HASHED = "F0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640"
SIGNED = (
    "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
    "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
)
openssl = shutil.which("openssl")


def test_the_standard_s_example_comes_out() -> None:
    assert KEY.public_key().public_bytes_raw() == bytes.fromhex(PUBLIC)
    hashed = KEY.public_key().hashed(b"message digest")
    assert f"{hashed:064X}" == HASHED
    assert KEY.sign_hashed(hashed, NONCE) == bytes.fromhex(SIGNED)
    KEY.public_key().verify(bytes.fromhex(SIGNED), b"message digest")


@settings(max_examples=5)
@given(st.binary(max_size=200))
def test_what_is_signed_verifies_and_nothing_else_does(data: bytes) -> None:
    key = Sm2PrivateKey.generate()
    signature = key.sign(data)
    key.public_key().verify(signature, data)
    for wrong in (signature[:-1], b"\0" * 64, signature[:32] + bytes(32), signature[::-1]):
        with pytest.raises(InvalidSignature):
            key.public_key().verify(wrong, data)
    with pytest.raises(InvalidSignature):
        key.public_key().verify(signature, data + b"x")


@pytest.mark.parametrize("s", [0, N, N + 1])
def test_a_number_out_of_range_is_no_signature(s: int) -> None:
    signed = bytes.fromhex(SIGNED)[:32] + s.to_bytes(32, "big")
    with pytest.raises(InvalidSignature):
        KEY.public_key().verify(signed, b"message digest")


def test_a_point_beside_the_curve_is_no_key() -> None:
    raw = bytearray(bytes.fromhex(PUBLIC))
    raw[-1] ^= 1
    for wrong in (bytes(raw), raw[:-1], b"\x02" + raw[1:33], bytes(65), b"\x04" + b"\xff" * 64):
        with pytest.raises(ValueError, match="point"):
            Sm2PublicKey.from_public_bytes(bytes(wrong))


def test_another_implementation_agrees() -> None:
    other = gmssl_sm2.CryptSM2(private_key=f"{KEY.d:064x}", public_key=PUBLIC[2:])
    assert other.verify_with_sm3(KEY.sign(b"anlan").hex(), b"anlan")
    KEY.public_key().verify(bytes.fromhex(other.sign_with_sm3(b"anlan")), b"anlan")


@pytest.mark.skipif(openssl is None, reason="openssl is not installed")
def test_openssl_agrees(tmp_path: Path) -> None:
    def run(*words: str) -> bytes:
        done = subprocess.run(["openssl", *words], cwd=tmp_path, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    run("genpkey", "-algorithm", "SM2", "-out", "key.pem")
    run("pkey", "-in", "key.pem", "-pubout", "-outform", "DER", "-out", "public.der")
    run("pkey", "-in", "key.pem", "-outform", "DER", "-out", "key.der")
    text = (tmp_path / "key.der").read_bytes()
    public = Sm2PublicKey.from_public_bytes((tmp_path / "public.der").read_bytes()[-65:])
    key = Sm2PrivateKey.from_private_bytes(
        text[(at := text.index(b"\x02\x01\x01\x04\x20") + 5) : at + 32]
    )
    assert key.public_key() == public
    (tmp_path / "text").write_bytes(b"a note\n")
    sign = ("-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678", "-in", "text")
    theirs = run("pkeyutl", "-sign", "-inkey", "key.pem", *sign)
    public.verify(_plain(theirs), b"a note\n")
    (tmp_path / "signature").write_bytes(_der(key.sign(b"a note\n")))
    run("pkeyutl", "-verify", "-inkey", "key.pem", *sign, "-sigfile", "signature")


def test_sm3_is_the_standard_s() -> None:
    assert digest(b"abc", "sm3").hex() == (
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    )


def _plain(der: bytes) -> bytes:
    """SEQUENCE { INTEGER r, INTEGER s } → r ‖ s."""
    length = der[3]
    r, s = der[4 : 4 + length], der[6 + length :]
    return b"".join(int.from_bytes(part, "big").to_bytes(32, "big") for part in (r, s))


def _der(plain: bytes) -> bytes:
    parts = b""
    for number in (plain[:32], plain[32:]):
        digits = number.lstrip(b"\0")
        digits = b"\0" + digits if digits[0] & 0x80 else digits
        parts += b"\x02" + bytes([len(digits)]) + digits
    return b"\x30" + bytes([len(parts)]) + parts
