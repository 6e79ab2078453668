"""Witnesses: registered by a city official, their lines taken in when they are true."""

from datetime import datetime

from django.db import transaction

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Checkpoint, Cosignature, Witness
from anlan.foundation.ledger.services import record
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.proofs import checkpoint as notes
from anlan.proofs.notes import WITNESS, Signature, VerifierKey, parse_vkey

LONGEST_NOTE = 16 * 1024


class Unknown(Refused):
    """No witness of this log made the line."""

    status = 403


@transaction.atomic
def register_witness(organization: str, vkey: str, *, by: User, at: datetime) -> Witness:
    """`vkey` is what the witness's own command printed; its name is taken from it."""
    key = witness_key(vkey)
    if Witness.objects.filter(vkey=str(key)).exists():
        raise BadInput("这个公钥已经登记过。", "请核对是否重复登记，或让见证人换一把密钥。")
    if Witness.objects.filter(name=key.name, retired_at=None).exists():
        raise BadInput(f"已有一个在用的见证人叫 {key.name}。", "换密钥时请先停用旧的。")
    witness = Witness.objects.create(
        name=key.name, organization=organization.strip(), vkey=str(key), since=at, added_by=by
    )
    record(
        witness.subject,
        "witness_registered",
        by=by,
        at=at,
        name=key.name,
        organization=witness.organization,
        vkey=str(key),
    )
    return witness


@transaction.atomic
def retire_witness(witness: Witness, reason: str, *, by: User, at: datetime) -> None:
    if not reason.strip():
        raise BadInput("停用见证人须写明原因。", "例如：换密钥，或不再担任见证。")
    here = Witness.objects.filter(pk=witness.pk, retired_at=None)
    if not here.update(retired_at=at):
        raise NotAllowed("这个见证人已经停用。", "请刷新页面查看。")
    said = reason.strip()
    record(witness.subject, "witness_retired", by=by, at=at, name=witness.name, reason=said)


def witness_key(vkey: str) -> VerifierKey:
    """Raises `BadInput` for what is no witness's key."""
    try:
        key = parse_vkey(vkey)
    except notes.BadCheckpoint as bad:
        raise BadInput(
            f"{bad}。", "请粘贴见证人运行 anlan cosign --new-key 时打印的一整行。"
        ) from bad
    if key.kind != WITNESS:
        raise BadInput("这是日志的公钥，不是见证人的公钥。", "请向见证人要他自己的公钥。")
    return key


def take_cosignatures(text: str, *, at: datetime) -> list[Cosignature]:
    """Keep the lines of registered witnesses under a checkpoint that this log has signed.

    The same line sent again is no fault. Raises a `Refused` that says what is wrong; then nothing
    is kept.
    """
    try:
        note = notes.parse(text)
    except notes.BadCheckpoint as bad:
        raise BadInput(f"{bad}。", "请用 anlan cosign 提交。") from bad
    checkpoint = Checkpoint.objects.filter(size=note.size).first()
    if checkpoint is None or notes.parse(checkpoint.note).body != note.body:
        raise NotAllowed("这个日志没有签过这样的检查点。", "请重新取 /log/checkpoint，核对后再签。")
    keys = {
        witness: parse_vkey(witness.vkey) for witness in Witness.objects.filter(retired_at=None)
    }
    found = [
        (witness, line)
        for line in note.signatures
        for witness, key in keys.items()
        if key.claims(line)
    ]
    if not found:
        raise Unknown("没有一行签名出自在用的见证人。", "请先由市级监管员登记见证人的公钥。")
    _require_true(text, [keys[witness] for witness, _ in found])
    return [_keep(checkpoint, witness, line, at) for witness, line in found]


def _require_true(text: str, keys: list[VerifierKey]) -> None:
    for key in keys:
        try:
            notes.cosigned_at(text, key)
        except notes.BadCheckpoint as false:
            raise BadInput(f"{false}。", "没有接受这份签名。") from false


def _keep(checkpoint: Checkpoint, witness: Witness, line: Signature, at: datetime) -> Cosignature:
    facts = {"line": str(line), "at": at}
    return Cosignature.objects.get_or_create(
        checkpoint=checkpoint, witness=witness, defaults=facts
    )[0]
