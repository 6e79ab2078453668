"""Handing out archives, keys, opened copies and paper: each time is written down, with the reason.

A sealed archive shows masked names only. What opens it goes out for a reason; a learner needs none
for the own one.
"""

import tempfile
import zipfile
from datetime import datetime
from typing import IO, Any

from django.db import transaction

from anlan.archives.contents import LEARNER_RECORD
from anlan.archives.models import Archive
from anlan.archives.paper_form import paper_form
from anlan.archives.services.opening import keys_for
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.services import MEGABYTE
from anlan.foundation.ledger.services import record, rfc3339
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, Refused
from anlan.proofs.opened_copy import opened_copy
from anlan.proofs.part_keys import PartKeys, keys_file

OWN = "本人查阅"


@transaction.atomic
def hand_out(archive: Archive, *, by: User, at: datetime) -> StoredFile:
    """The sealed archive, with a ledger line that says who took it."""
    _write_down(archive, "archive_handed_out", by, at)
    return archive.file


@transaction.atomic
def hand_out_keys(archive: Archive, *, by: User, at: datetime, reason: str) -> bytes:
    """The key file of one archive: derived keys, nobody's secret. Raises `BadInput`, `Refused`."""
    said, keys = _reason(archive, by, reason), _standing(archive, by)
    count = len(keys.keys[str(archive.uid)])
    _write_down(archive, "archive_keys_handed_out", by, at, reason=said, parts=count)
    return keys_file(keys, made_at=rfc3339(at))


def hand_out_opened(archive: Archive, *, by: User, at: datetime, reason: str) -> IO[bytes]:
    """An opened copy, made on the fly and kept nowhere; the caller closes it."""
    said, keys = _reason(archive, by, reason), _standing(archive, by)
    copy = _opened_zip(archive, keys)
    _write_down(archive, "archive_opened_copy", by, at, reason=said)
    return copy


def hand_out_record(archive: Archive, *, by: User, at: datetime, reason: str) -> bytes:
    """A learner's record as one PDF to be read, out of the sealed archive."""
    said, keys = _reason(archive, by, reason), _standing(archive, by)
    with opened_copy(archive.file.path, keys) as copy:
        found = next((part for name, part in copy.members() if name == LEARNER_RECORD), None)
        if found is None:
            raise Refused("这一版里没有可以单独打开的学习档案。", "请下载封存件。")
        pdf = b"".join(found)
    _write_down(archive, "archive_opened_copy", by, at, reason=said)
    return pdf


def hand_out_paper(archive: Archive, *, by: User, at: datetime, reason: str) -> bytes:
    """All paper documents of a sealed class in one PDF, with full names; stored nowhere.

    Never of a learner's archive: the form shows everybody in the class.
    """
    if archive.enrolment is not None:
        raise BadInput("纸质件只有一期一档才有。", "个人的材料请取用已开封副本。")
    said = _reason(archive, by, reason)
    if archive.keep_until is not None and archive.keep_until < local_date(at):
        raise Refused("保管期已满，不再打印含完整姓名的纸质件。", "封存件本身仍可下载和核对。")
    pdf = paper_form(archive, at=at)
    _write_down(archive, "archive_printed", by, at, reason=said)
    return pdf


def _opened_zip(archive: Archive, keys: PartKeys) -> IO[bytes]:
    made = tempfile.SpooledTemporaryFile(max_size=16 * MEGABYTE)  # noqa: SIM115
    with (
        opened_copy(archive.file.path, keys) as copy,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bag,
    ):
        for name, content in copy.members():
            with bag.open(f"已开封副本-非封存件/{name}", "w", force_zip64=True) as target:
                target.writelines(content)
    made.seek(0)
    return made


def _standing(archive: Archive, by: User) -> PartKeys:
    keys = keys_for(archive, by)
    if not keys.keys[str(archive.uid)]:
        gone = bool(keys.destroyed[str(archive.uid)])
        why = "保管期已满，钥匙已经销毁" if gone else "这一版没有您可以打开的加密件"
        raise Refused(f"{why}，不能开封。", "封存件本身仍可下载和核对。")
    return keys


def _reason(archive: Archive, by: User, typed: str) -> str:
    if _is_own(archive, by):
        return OWN
    said = typed.strip()[:200]
    if len(said) < 2:
        raise BadInput("请写明取用的理由。", "例如：审计抽查、工伤认定举证。理由记入台账。")
    return said


def _is_own(archive: Archive, by: User) -> bool:
    return archive.enrolment is not None and archive.enrolment.person.user_id == by.pk


@transaction.atomic
def _write_down(archive: Archive, verb: str, by: User, at: datetime, **data: Any) -> None:
    about = archive.enrolment.person.uid if archive.enrolment else ""
    record(
        archive.subject,
        verb,
        by=by,
        at=at,
        about=about,
        version=archive.version,
        seal=archive.manifest_sha256,
        **data,
    )
