"""A person takes along what is kept about them (个人信息保护法 45)."""

import html
import io
import json
import zipfile
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse

from anlan.foundation.accounts.models import User
from anlan.foundation.files.removal import mark_removed
from anlan.foundation.files.services import keep
from anlan.foundation.ledger.services import record
from anlan.foundation.notices.services import tell
from anlan.identity.kept import PersonalData, Row, kinds, ruling
from anlan.identity.models import Person, PersonalExport, Wish, WishStatus
from anlan.identity.queries.rights import law_of
from anlan.identity.states import WISH_STEPS
from anlan.lib.dates import date_text, local_date
from anlan.lib.refusals import Refused
from anlan.lib.sealed_bytes import fresh_key, open_bytes, seal_bytes
from anlan.lib.spreadsheets import Cell, Leaf, write_book
from anlan.lib.states import advance

FORMAT = "anlan-personal-data/1"


@transaction.atomic
def ask_export(person: Person, *, by: User, at: datetime) -> PersonalExport:
    """Order a copy; the worker makes it. One at a time."""
    try:
        with transaction.atomic():
            made = PersonalExport.objects.create(person=person, asked_at=at)
    except IntegrityError as waiting:
        raise Refused("上一份还在准备。", "准备好后会在通知里告诉您。") from waiting
    record(person.subject, "export_asked", by=by, at=at, about=person.uid)
    return made


def make_export(order: PersonalExport, *, at: datetime) -> None:
    """Write the copy and seal it under a key of its own; the person is told that it lies there."""
    person = order.person
    found = {kind.key: list(kind.export(person)) for kind in kinds()}
    content = _zip(found, at)
    key = fresh_key()
    days = int(ruling("rights.export_days", at).value)
    with transaction.atomic():
        sealed = seal_bytes(content, key, bound_to=str(order.uid))
        file = keep([sealed], name=f"personal-{order.uid}.sealed", by=None, at=at)
        rows = sum(len(one) for one in found.values())
        told = {
            "file": file,
            "key": key,
            "rows": rows,
            "ready_at": at,
            "expires_at": at + timedelta(days=days),
        }
        _write(order, told)
        record(
            person.subject,
            "export_made",
            by=None,
            at=at,
            about=person.uid,
            rows=rows,
            file_sha256=file.sha256,
        )
        if person.user is not None:
            tell(
                [person.user],
                "您的个人信息副本已准备好",
                at=at,
                dedupe=f"export:{order.uid}",
                body=f"{days} 天内可以下载，过期自动销毁。",
                url=reverse("identity:my_data"),
            )


def take_export(order: PersonalExport, *, by: User, at: datetime) -> bytes:
    """The copy in clear, for the person alone; each download is a ledger line."""
    if order.file is None or not order.key or (order.expires_at and order.expires_at <= at):
        raise Refused("这份副本已过期销毁。", "需要时请重新申请。")
    content = open_bytes(order.file.path.read_bytes(), order.key, bound_to=str(order.uid))
    with transaction.atomic():
        PersonalExport.objects.filter(pk=order.pk).update(taken=F("taken") + 1)
        record(order.person.subject, "export_taken", by=by, at=at, about=order.person.uid)
        if by.pk == order.person.user_id:
            _close_wish(order, at)
    return content


def _close_wish(order: PersonalExport, at: datetime) -> None:
    """A copy that was asked for at a desk has reached its person by phone."""
    for wish in Wish.objects.filter(export=order, status=WishStatus.ASKED):
        advance(wish, WishStatus.DONE, WISH_STEPS, decided_at=at, reason="本人已下载副本")


@transaction.atomic
def end_export(order: PersonalExport, *, at: datetime) -> None:
    """Destroy the copy and its key."""
    if order.file is not None:
        mark_removed([order.file], at=at)
    _write(order, {"key": "", "ended_at": at, "ready_at": order.ready_at or at})


def _write(order: PersonalExport, told: dict[str, object]) -> None:
    for name, value in told.items():
        setattr(order, name, value)
    order.save(update_fields=list(told))


def _zip(found: dict[str, list[Row]], at: datetime) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bag:
        bag.writestr("我的信息.html", _page(found, at))
        bag.writestr("我的信息.xlsx", _book(found, at))
        bag.writestr("我的信息.json", _json(found, at))
    return out.getvalue()


def _book(found: dict[str, list[Row]], at: datetime) -> bytes:
    """One sheet a kind of which there is anything, for whoever sorts and counts."""
    day = date_text(local_date(at))
    return write_book(_leaf(kind, found[kind.key], day) for kind in kinds() if found[kind.key])


def _leaf(kind: PersonalData, rows: list[Row], day: str) -> Leaf:
    heads = _heads(rows)
    lines = [[_cell(row.get(head)) for head in heads] for row in rows]
    return Leaf(kind.title, heads, lines, kind.title, f"{day} 导出。用途：{kind.purpose}")


def _cell(value: object) -> Cell:
    plain = value is None or isinstance(value, str | int | float | Decimal | date)
    return value if plain else str(value)  # type: ignore[return-value]


def _json(found: dict[str, list[Row]], at: datetime) -> str:
    told = [
        {
            "key": kind.key,
            "title": kind.title,
            "purpose": kind.purpose,
            "basis": kind.basis,
            "kept_by": law_of(kind, at),
            "rows": found[kind.key],
        }
        for kind in kinds()
    ]
    said = {"format": FORMAT, "made_at": at.isoformat(timespec="seconds"), "kinds": told}
    return json.dumps(said, ensure_ascii=False, indent=1, default=str)


_HEAD = """<!doctype html><html lang="zh-CN"><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>我的信息</title>
<style>body{font:16px/1.6 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1rem}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin:2rem 0 .2rem}p{margin:.2rem 0;color:#666}
div{overflow-x:auto}table{border-collapse:collapse;width:100%}
th,td{border-bottom:1px solid #ddd;padding:.35rem .5rem;text-align:left;vertical-align:top}</style>
"""


def _page(found: dict[str, list[Row]], at: datetime) -> str:
    """One file that any phone opens, without anything from outside."""
    day = date_text(local_date(at))
    parts = [
        f"{_HEAD}<h1>平台保存的我的信息</h1>",
        f"<p>{day} 导出，含完整的身份证号和手机号，请妥善保管。</p>",
    ]
    for kind in kinds():
        rows = found[kind.key]
        parts.append(
            f"<h2>{html.escape(kind.title)}（{len(rows)} 条）</h2>"
            f"<p>用途：{html.escape(kind.purpose)}</p><p>依据：{html.escape(kind.basis)}</p>"
        )
        if rows:
            parts.append(_table(rows))
    return "".join(parts)


def _table(rows: list[Row]) -> str:
    heads = _heads(rows)
    top = "".join(f"<th>{html.escape(head)}</th>" for head in heads)
    body = "".join(f"<tr>{_cells(row, heads)}</tr>" for row in rows)
    return f"<div><table><tr>{top}</tr>{body}</table></div>"


def _heads(rows: list[Row]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def _cells(row: Row, heads: list[str]) -> str:
    told = (row.get(head) for head in heads)
    return "".join(f"<td>{html.escape('' if one is None else str(one))}</td>" for one in told)
