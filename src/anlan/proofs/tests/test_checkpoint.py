"""Checkpoints and their signatures: other logs' notes verify here, and no changed one does."""

import base64
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from anlan.proofs.checkpoint import BadCheckpoint, cosign, parse, sign, verify, vkey
from anlan.proofs.notes import WITNESS, parse_vkey
from anlan.proofs.tests.trees import (
    LOG_KEY,
    LOG_VKEY,
    ORIGIN,
    OTHER_KEY,
    WITNESS_KEY,
    WITNESS_NAME,
    WITNESS_VKEY,
)

ROOT = bytes(range(32))
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SIGNED = sign(ORIGIN, 7, ROOT, LOG_KEY)
COSIGNED = cosign(SIGNED, WITNESS_KEY, WITNESS_NAME, AT)

# The example of c2sp.org/tlog-cosignature (its public keys are not published).
EXAMPLE = """\
example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""
# A checkpoint of the Go checksum database, and its well-known key.
GO_VKEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
GO_NOTE = """\
go.sum database tree
15368405
/g9am3I6YWNKaZX/jkne1fqd9zEyjss+JXyPXG0WfkY=

— sum.golang.org Az3grqJGUaSGukG9p8nI2vKgiFn7qGHxn0W+mrwyI6Gz3F0t1J3LzmWk/p96Ybf295EjwdSwlzgijq5WA9d1Ded7owM=
"""
# The key pair in the documentation of Go's sumdb/note.
PETERS_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
PETERS_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def test_the_example_of_the_standard_is_read() -> None:
    note = parse(EXAMPLE)
    assert (note.origin, note.size, len(note.root)) == ("example.com/behind-the-sofa", 20852163, 32)
    log, witness = note.signatures
    assert (log.name, len(log.signed)) == ("example.com/behind-the-sofa", 64)
    assert (witness.name, len(witness.signed)) == ("witness.example.com/w1", 8 + 64)
    assert int.from_bytes(witness.signed[:8], "big") == 1679315147  # as the standard's text says
    assert "".join([note.body, "\n", *map(str, note.signatures)]) == EXAMPLE


def test_a_real_checkpoint_of_another_log_verifies() -> None:
    note = verify(GO_NOTE, [GO_VKEY])
    assert (note.size, note.signed_by) == (15368405, ("sum.golang.org",))
    with pytest.raises(BadCheckpoint, match="的签名与检查点内容不符"):
        verify(GO_NOTE.replace("15368405", "15368406"), [GO_VKEY])


def test_a_key_is_written_as_other_software_writes_it() -> None:
    peter = Ed25519PrivateKey.from_private_bytes(PETERS_SEED)
    assert vkey("PeterNeumann", peter.public_key()) == PETERS_VKEY
    assert str(parse_vkey(GO_VKEY)) == GO_VKEY


def test_a_signed_and_cosigned_checkpoint_verifies() -> None:
    note = verify(COSIGNED, [LOG_VKEY, WITNESS_VKEY])
    assert (note.origin, note.size, note.root) == (ORIGIN, 7, ROOT)
    assert note.signed_by == (ORIGIN,)
    assert [(seen.name, seen.at) for seen in note.cosigned_by] == [(WITNESS_NAME, AT)]
    assert verify(COSIGNED, [LOG_VKEY]).cosigned_by == ()
    assert verify(SIGNED, [LOG_VKEY, WITNESS_VKEY]).cosigned_by == ()


def test_the_key_may_have_a_name_of_its_own() -> None:
    note = sign(ORIGIN, 7, ROOT, LOG_KEY, name="key-2026")
    assert verify(note, [vkey("key-2026", LOG_KEY.public_key())]).signed_by == ("key-2026",)
    with pytest.raises(BadCheckpoint, match="没有所给日志公钥的签名"):
        verify(note, [LOG_VKEY])


def test_nobody_elses_signature_counts() -> None:
    other = vkey(ORIGIN, OTHER_KEY.public_key())
    for text, keys in [(SIGNED, [other]), (SIGNED, []), (COSIGNED, [WITNESS_VKEY])]:
        with pytest.raises(BadCheckpoint, match="没有所给日志公钥的签名"):
            verify(text, keys)


def test_a_signature_moved_under_another_checkpoint_is_false() -> None:
    later = sign(ORIGIN, 8, ROOT, LOG_KEY)
    lines = COSIGNED.rpartition("\n\n")[2]
    log_line, witness_line = lines.splitlines(keepends=True)
    with pytest.raises(BadCheckpoint, match=f"日志 {ORIGIN} 的签名与检查点内容不符"):
        verify(f"{parse(later).body}\n{log_line}", [LOG_VKEY])
    with pytest.raises(BadCheckpoint, match=f"见证 {WITNESS_NAME} 的签名与检查点内容不符"):
        verify(later + witness_line, [LOG_VKEY, WITNESS_VKEY])


def test_the_log_cannot_pass_for_a_witness_with_the_same_key() -> None:
    as_witness = vkey(ORIGIN, LOG_KEY.public_key(), WITNESS)
    assert verify(SIGNED, [LOG_VKEY, as_witness]).cosigned_by == ()


@given(st.integers(0, 8 * len(COSIGNED.encode()) - 1))
def test_no_flipped_bit_goes_unnoticed(bit: int) -> None:
    changed = bytearray(COSIGNED.encode())
    changed[bit // 8] ^= 1 << bit % 8
    try:
        note = verify(changed.decode(), [LOG_VKEY, WITNESS_VKEY])
    except ValueError:  # BadCheckpoint, or no UTF-8
        return
    # What is left: a signer's name or key id that nobody knows, and so a line that counts for less.
    assert (note.body, note.signed_by, note.cosigned_by) == (parse(COSIGNED).body, (ORIGIN,), ())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n1\n",
        SIGNED.removesuffix("\n"),
        SIGNED.replace("\n7\n", "\n07\n"),
        SIGNED.replace("\n7\n", "\n+7\n"),
        SIGNED.replace("\n7\n", "\n\u0667\n"),
        SIGNED.replace("\n7\n", "\n"),
        SIGNED.replace("\n7\n", "\n\n7\n"),
        SIGNED.replace(base64.b64encode(ROOT).decode(), base64.b64encode(ROOT[1:]).decode()),
        SIGNED.replace("\n", "\r\n"),
        SIGNED.replace("— ", "- "),
        SIGNED.replace("=\n", "==\n"),
        SIGNED + "\n",
        SIGNED + SIGNED.splitlines(keepends=True)[-1] * 64,
        SIGNED + "x" * (1 << 20),
        "\ud800" + SIGNED,
    ],
)
def test_a_note_that_is_not_well_formed_is_refused(text: str) -> None:
    with pytest.raises(BadCheckpoint, match="检查点"):
        verify(text, [LOG_VKEY])


@pytest.mark.parametrize("name", ["", "two words", "a+b", "a\nb", "\u3000"])
def test_a_name_that_would_break_the_note_is_refused(name: str) -> None:
    with pytest.raises(BadCheckpoint):
        sign(ORIGIN, 7, ROOT, LOG_KEY, name=name)
    with pytest.raises(BadCheckpoint):
        cosign(SIGNED, WITNESS_KEY, name, AT)
    with pytest.raises(BadCheckpoint):
        sign("two\nlines" if name else "", 7, ROOT, LOG_KEY, name="key")


@pytest.mark.parametrize(
    "key",
    ["", "a+b", LOG_VKEY[:-4], LOG_VKEY.replace("+", "+0", 1), "x" + LOG_VKEY, LOG_VKEY + "="],
)
def test_a_key_copied_wrongly_is_said(key: str) -> None:
    with pytest.raises(BadCheckpoint, match="公钥"):
        verify(SIGNED, [key])
