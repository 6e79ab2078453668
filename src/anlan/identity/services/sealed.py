"""Files of names and numbers on their way in: never in clear on the disk."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from anlan.foundation.accounts.models import User
from anlan.foundation.files import services as files
from anlan.identity.models import InsuredCheck, InsuredList, SealedStatus
from anlan.identity.queries import insured as queries
from anlan.lib.columns import guess
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.lib.sealed_bytes import fresh_key, seal_bytes

ENDINGS = (".xlsx", ".xls", ".csv")


def put_away(
    made: InsuredList | InsuredCheck, upload: "UploadedFile[Any]", *, by: User, at: datetime
) -> None:
    """Read the file, guess its columns, seal it; the row is not saved yet.

    Raises `BadInput` for a file of another kind, too large, damaged or without rows.
    """
    kind = type(made)
    most = queries.limits_of(kind).max_bytes // queries.MEGABYTE
    name = files.acceptable(upload, endings=ENDINGS, most_mb=most)
    content = upload.read()
    table = queries.read(content, name, "", kind)
    made.name, made.sheet, made.rows_total = name[-200:], table.sheet[:60], len(table.rows)
    made.mapping = guess(table.headers, queries.fields_of(kind)).columns
    made.key = fresh_key()
    sealed = seal_bytes(content, made.key, bound_to=str(made.uid))
    made.file = files.keep([sealed], name=f"insured-{made.uid}.sealed", by=by, at=at)
    made.by, made.at = by, at


def choose(upload: InsuredList | InsuredCheck, mapping: Mapping[str, int], sheet: str) -> None:
    """Say which column is which; another sheet has its columns guessed afresh."""
    if upload.status != SealedStatus.UPLOADED:
        raise NotAllowed(
            f"这份文件「{upload.get_status_display()}」，不能再改列。", "需更正的，请重新上传。"
        )
    if sheet and sheet != upload.sheet:
        upload.sheet = sheet
        table = queries.table_of(upload)
        mapping = guess(table.headers, queries.fields_of(type(upload))).columns
        upload.rows_total = len(table.rows)
    upload.mapping = dict(mapping)
    upload.save(update_fields=["sheet", "rows_total", "mapping"])


def refuse_incomplete(upload: InsuredList | InsuredCheck) -> None:
    wanted = queries.fields_of(type(upload))
    missing = [one.label for one in wanted if one.required and one.key not in upload.mapping]
    if missing:
        raise BadInput(f"还没有指明哪一列是{'、'.join(missing)}。", "请在“核对列”一步选好。")
    if len(set(upload.mapping.values())) < len(upload.mapping):
        raise BadInput("有一列被指给了两个项目。", "请为每个项目选不同的列。")
