"""A year's sealed archives, with seals and receipts, copied to a folder or bucket.

Begun again it goes on: what lies there with equal bytes is left, and anything else under one of the
names is refused, so that an export never writes over somebody's file. The index alone is renewed.
"""

import hashlib
import json
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction

from anlan.archives import year_index
from anlan.archives.models import Archive, ExportOrder
from anlan.archives.queries import sealed_years, year_archives
from anlan.archives.year_index import Line
from anlan.foundation.accounts.models import User
from anlan.foundation.files.places import Place, PlaceFailed, place_at
from anlan.foundation.ledger.models import Entry
from anlan.foundation.ledger.receipts import receipt
from anlan.foundation.ledger.services import record
from anlan.lib.refusals import BadInput, Refused
from anlan.proofs.bag import plain_name

Tell = Callable[[str], None]
LONGEST_INDEX = 256 * 1024**2


def order_export(
    year: int, *, learners: bool, by: User, at: datetime, target: str = "", by_hand: bool = False
) -> ExportOrder:
    """Ask for a year; without a target it goes to the folder that the installation names."""
    if year not in sealed_years():
        raise BadInput(f"{year} 年没有已封存的培训班。", "请换一个年度；刚结班的要等封存完成。")
    where = target or f"{settings.ANLAN_EXPORTS.rstrip('/')}/{year}"
    try:
        place_at(where)
    except ValueError as wrong:
        raise BadInput(f"不认识导出位置「{where}」。", "请写文件夹，或 s3://桶/前缀。") from wrong
    try:
        with transaction.atomic():
            return ExportOrder.objects.create(
                year=year, learners=learners, target=where, by=by, at=at, by_hand=by_hand
            )
    except IntegrityError as again:
        raise Refused(f"{year} 年的导出正在进行。", "请等它完成后再试。") from again


def run_export(order: ExportOrder, *, at: datetime, tell: Tell = lambda _line: None) -> ExportOrder:
    """Copy what is missing, write the index, and say so in the ledger. Raises `Refused` aloud; the
    order then stands as failed, and a new one goes on where this one stopped."""
    try:
        return _export(order, at, tell)
    except Refused as refused:
        _fail(order, refused, at)
        raise
    except (OSError, PlaceFailed) as failure:
        said = Refused(f"导出位置写不进去：{failure}", "请检查空间、权限或网络后重新导出。")
        _fail(order, said, at)
        raise said from failure


def _export(order: ExportOrder, at: datetime, tell: Tell) -> ExportOrder:
    place = place_at(order.target)
    _refuse_strange_index(place, order.year)
    archives = list(year_archives(order.year, learners=order.learners))
    ExportOrder.objects.filter(pk=order.pk).update(total=len(archives), done=0, already_there=0)
    lines, there = [], 0
    for count, archive in enumerate(archives, start=1):
        line, was_there = _copy(place, archive)
        lines.append(line)
        there += was_there
        ExportOrder.objects.filter(pk=order.pk).update(done=count, already_there=there)
        tell(f"{count}/{len(archives)}  {'已有  ' if was_there else ''}{line.path}")
    _write_index(place, order, lines, at)
    return _finish(order, lines, at)


def _copy(place: Place, archive: Archive) -> tuple[Line, bool]:
    """One archive and its receipt; whether the archive lay there already."""
    file, path = archive.file, _path_of(archive)
    there = _lies_there(place, path, file.sha256, file.size)
    if not there:
        place.copy_in(path, file.path, sha256=file.sha256)
    line = Line(
        kind="class" if archive.enrolment is None else "learner",
        klass=archive.klass.number,
        title=archive.klass.title,
        provider=archive.klass.provider.name,
        version=archive.version,
        path=path,
        size=file.size,
        sha256=file.sha256,
        seal=archive.manifest_sha256,
        receipt=_copy_receipt(place, archive, path),
    )
    return line, there


def _path_of(archive: Archive) -> str:
    """Two learners of one class may bear one name: a piece of the enrolment's number tells them
    apart."""
    folder = plain_name(archive.klass.number)
    if archive.enrolment is None:
        return f"{folder}/{archive.file.name}"
    stem = Path(archive.file.name).stem
    return f"{folder}/学员/{stem} {archive.enrolment.uid.hex[:8]}.zip"


def _copy_receipt(place: Place, archive: Archive, path: str) -> str:
    """The receipt's path, or "" where the log hasn't signed for the seal yet.

    A later receipt of the same line bears a later checkpoint: the one that lies there is as good.
    """
    entry = _sealing_line(archive)
    found = receipt(entry) if entry is not None else None
    if found is None:
        return ""
    name = f"{path.removesuffix('.zip')} 回执.json"
    if place.standing(name) is not None:
        if _leaf_id(_read(place, name)) != str(found["leaf"]["id"]):
            raise _strange(name)
        return name
    text = json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True)
    _write(place, name, text.encode())
    return name


def _sealing_line(archive: Archive) -> Entry | None:
    klass, learner = archive.klass, archive.enrolment
    subject, verb = (
        (klass.subject, "class_sealed") if learner is None else (learner.subject, "learner_sealed")
    )
    for entry in Entry.objects.filter(subject=subject, verb=verb).order_by("-id"):
        if json.loads(entry.leaf)["data"]["seal"] == archive.manifest_sha256:
            return entry
    return None


def _leaf_id(content: bytes) -> str:
    try:
        return str(json.loads(content)["leaf"]["id"])
    except (ValueError, KeyError, TypeError):
        return ""


def _lies_there(place: Place, name: str, sha256: str, size: int) -> bool:
    """True for equal bytes, False for none; other bytes are refused."""
    standing = place.standing(name)
    if standing is None:
        return False
    known = standing.sha256 or (_hash(place, name) if standing.size == size else "")
    if (standing.size, known) != (size, sha256):
        raise _strange(name)
    return True


def _hash(place: Place, name: str) -> str:
    digest = hashlib.sha256()
    for piece in place.pieces(name):
        digest.update(piece)
    return digest.hexdigest()


def _refuse_strange_index(place: Place, year: int) -> None:
    """Before the first copy: a folder with somebody else's index is somebody else's."""
    if place.standing(year_index.JSON) is not None:
        if not year_index.is_ours(_read(place, year_index.JSON), year):
            raise _strange(year_index.JSON)
        return
    for name in (year_index.XLSX, year_index.SUMS):
        if place.standing(name) is not None:
            raise _strange(name)


def _strange(name: str) -> Refused:
    return Refused(
        f"导出位置里已有同名而内容不同的文件：{name}。没有覆盖它。",
        "请换一个空的文件夹，或先移走这个文件，再重新导出。",
    )


def _write_index(place: Place, order: ExportOrder, lines: list[Line], at: datetime) -> None:
    """The JSON goes first: with it there, a later round knows the other two for its own."""
    _write(place, year_index.JSON, year_index.index_json(order, lines, at))
    _write(place, year_index.XLSX, year_index.index_xlsx(order, lines))
    _write(place, year_index.SUMS, year_index.sums(lines))


def _write(place: Place, name: str, content: bytes) -> None:
    with tempfile.NamedTemporaryFile() as draft:
        draft.write(content)
        draft.flush()
        place.copy_in(name, Path(draft.name), sha256=hashlib.sha256(content).hexdigest())


def _read(place: Place, name: str) -> bytes:
    found = b""
    for piece in place.pieces(name):
        found += piece
        if len(found) > LONGEST_INDEX:
            raise _strange(name)
    return found


@transaction.atomic
def _finish(order: ExportOrder, lines: list[Line], at: datetime) -> ExportOrder:
    root = year_index.seals_root([line.seal for line in lines])
    size = sum(line.size for line in lines)
    ExportOrder.objects.filter(pk=order.pk).update(finished_at=at, root=root, size=size)
    record(
        order.subject,
        "archives_exported",
        by=order.by,
        at=at,
        year=order.year,
        archives=len(lines),
        learners=order.learners,
        size=size,
        root=root,
    )
    order.refresh_from_db()
    return order


def _fail(order: ExportOrder, refused: Refused, at: datetime) -> None:
    said = f"{refused.message}{refused.next_step}"[:300]
    ExportOrder.objects.filter(pk=order.pk).update(finished_at=at, failure=said)
