"""Putting an archive together: check sheet and cover, then the bag, then the file store."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from anlan.archives import quality
from anlan.archives.evidence import Evidence
from anlan.archives.models import Archive
from anlan.archives.papers import ClassFacts, check_sheet_pdf, class_cover_pdf
from anlan.archives.pieces import Piece, as_json
from anlan.archives.reports import fact
from anlan.archives.services.enclosing import SMALL, Enclosed
from anlan.foundation.files.services import MEGABYTE, keep
from anlan.lib.dates import local_date, moment_text
from anlan.proofs.bag import plain_name, sealed_bag, write_bag_to

COVER = "00-封面与目录.pdf"


@contextmanager
def sealing_folder() -> Iterator[Path]:
    """Room for drafts beside the file store; gone afterwards."""
    root = Path(settings.ANLAN_FILES)
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root, prefix="sealing-") as folder:
        yield Path(folder)


def front_matter(
    archive: Archive,
    enclosed: list[Enclosed],
    left_out: Sequence[Piece],
    evidence: Evidence,
    facts: ClassFacts,
) -> list[Enclosed]:
    """The files with the check sheet over them and the cover that lists them all."""
    klass, at = archive.klass, archive.at
    until = archive.keep_until or local_date(at)
    sample = quality.Sample(
        archive=archive.uid,
        evidence=evidence,
        facts=facts,
        files=enclosed,
        left_out=[piece.title for piece in left_out],
        keep_until=until,
        at=at,
    )
    checks = quality.sheet(quality.examine(sample))
    files = [*enclosed, *(Enclosed(one, one.content) for one in _sheet(archive, checks))]
    contents = [one.piece.line for one in files]
    pdf = class_cover_pdf(klass, contents, version=archive.version, until=until, at=at)
    cover = Piece(COVER, "封面与目录", pdf)
    return [Enclosed(cover, pdf), *files]


def pack(archive: Archive, enclosed: Sequence[Enclosed], name: str, folder: Path) -> None:
    """Write the bag and keep it; fills in file, seal and number of files."""
    klass = archive.klass
    info = {
        "Source-Organization": plain_name(klass.provider.name),
        "External-Identifier": plain_name(klass.number),
        "External-Description": plain_name(klass.title),
        "Internal-Sender-Identifier": str(archive.uid),
        "Bagging-Date": local_date(archive.at).isoformat(),
        "Archive-Version": str(archive.version),
        "Keep-Until": archive.keep_until.isoformat() if archive.keep_until else "",
        "Synthetic": "yes" if klass.is_synthetic else "no",
    }
    entries = [(one.path, one.content) for one in enclosed]
    archive.files = len(enclosed)
    if sum(one.size for one in enclosed) <= SMALL:  # no draft on the disk for what is small
        content, archive.manifest_sha256 = sealed_bag(entries, info)
        archive.file = keep([content], name=name, by=None, at=archive.at)
        return
    target = folder / "archive.zip"
    archive.manifest_sha256 = write_bag_to(target, entries, info)
    archive.file = keep(_chunks(target), name=name, by=None, at=archive.at)


def _sheet(archive: Archive, checks: list[dict[str, str]]) -> list[Piece]:
    """四性检测表, to be read by people and by programs."""
    klass, at = archive.klass, archive.at
    counts = quality.counted(checks)
    summary = "，".join(f"{word} {count} 项" for word, count in counts.items())
    facts = [
        fact("举办单位", klass.provider.name),
        fact("档案版本", f"第 {archive.version} 版"),
        fact("检测时间", moment_text(at)),
        fact("检测环节", "归档封存时"),
    ]
    said = {"standard": quality.STANDARD, "at": at.isoformat(), "counts": counts, "checks": checks}
    pdf = check_sheet_pdf(klass, checks, summary, facts, at=at)
    return [
        Piece(f"{quality.SHEET}.pdf", "四性检测表", pdf),
        as_json(f"{quality.SHEET}.json", "四性检测表（数据）", said),
    ]


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(MEGABYTE):
            yield chunk
