"""The log's own key, kept outside the database, and the rule of one log, one algorithm, one key."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from anlan.foundation.ledger.models import Checkpoint, LogHead
from anlan.lib.write_once import write_once
from anlan.proofs import checkpoint as notes
from anlan.proofs import keys


class OtherLog(Exception):
    """The settings or the key are not those with which this log began; plain Chinese."""


def signing_key() -> notes.PrivateKey:
    """Made at the first checkpoint (mode 600). The file says itself what kind of key it holds."""
    return _key_at(str(settings.ANLAN_LOG_KEY), settings.ANLAN_LOG_SIGNATURE)


def public_key() -> str:
    """What an outsider checks signatures with: a C2SP verifier key."""
    return notes.vkey(settings.ANLAN_LOG_ORIGIN, signing_key().public_key())


def published_key() -> str:
    """The key as the log began with it; before its first checkpoint, the one it will begin with."""
    began = LogHead.objects.exclude(vkey="").values_list("vkey", flat=True).first()
    return began or public_key()


def disagreement(head: LogHead | None) -> str:
    """Why this log can't go on as it is set up now; empty when it can. Makes no key."""
    if head is None or not head.alg:
        return ""
    if head.alg != settings.ANLAN_LOG_ALG:
        return (
            f"日志一直用 {head.alg} 计算，现在设为 {settings.ANLAN_LOG_ALG}；一个日志只用一种算法，"
            f"请把 ANLAN_LOG_ALG 改回 {head.alg}"
        )
    path = Path(settings.ANLAN_LOG_KEY)
    if not path.exists():
        return f"日志的签名密钥不见了：{path}；请从备份恢复，换一把密钥就是另一个日志"
    try:
        own = public_key()
    except OtherLog as other:
        return str(other)
    except ValueError:
        return f"日志的签名密钥读不出来：{path}；请从备份恢复"
    if own != head.vkey and (head.vkey or not _signed_before(own)):
        return (
            "签名密钥、签名算法或日志名称与这个日志开始时的不同；请恢复原来的密钥文件、"
            f"ANLAN_LOG_SIGNATURE 和 ANLAN_LOG_ORIGIN，公钥应为 {head.vkey or '旧检查点所用的'}"
        )
    return ""


def _signed_before(own: str) -> bool:
    """For a log that began before its key was noted: is the newest checkpoint by this one?"""
    newest = Checkpoint.objects.last()
    try:
        return newest is None or bool(notes.verify(newest.note, [own]))
    except notes.BadCheckpoint:
        return False


def require_same_log(head: LogHead) -> None:
    """Raises `OtherLog`; nothing is placed or signed under another algorithm or key."""
    wrong = disagreement(head)
    if wrong:
        raise OtherLog(wrong)


@lru_cache(maxsize=4)
def _key_at(path: str, algorithm: str) -> notes.PrivateKey:
    file = Path(path)
    if not file.exists():
        write_once(file, keys.written(keys.fresh(algorithm)))
    key = keys.read(file)
    if keys.algorithm_of(key) != algorithm:
        raise OtherLog(
            f"密钥文件 {path} 里是 {keys.algorithm_of(key)} 密钥，"
            f"而 ANLAN_LOG_SIGNATURE 设为 {algorithm}；请改回设置，不要换密钥"
        )
    return key
