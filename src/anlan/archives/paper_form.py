"""The paper form of a class archive: every paper document in order, one run of page numbers.

Made on demand and with full names, for whoever may open the archive; it is stored nowhere. The code
on its cover leads to the public page that shows the seal.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from PIL import Image, UnidentifiedImageError
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.errors import PyPdfError

from anlan.archives import papers, quality
from anlan.archives.documents import PaperCover, PaperLine, PaperStamp
from anlan.archives.models import Archive
from anlan.archives.queries import certificates_in
from anlan.archives.reports import fact
from anlan.classes import printed
from anlan.classes.models import TrainingClass
from anlan.classes.queries import registers_of, sessions_of
from anlan.foundation.files.models import StoredFile
from anlan.lib.dates import date_text, local_date, moment_text, to_shanghai
from anlan.lib.typeset import qr_svg, typeset

A4_PIXELS = (1240, 1754)  # at 150 dots an inch
DOTS = 150.0
MARGIN = 0.92  # of the page; the stamp stands above
POINTS_A_MM = 72 / 25.4


@dataclass(frozen=True)
class Paper:
    """One document of the form. A scan that cannot be read has no page but a note."""

    title: str
    pages: Sequence[PageObject]
    note: str = ""


def seal_url(reference: str) -> str:
    """Where anybody sees that a seal was published."""
    return f"{settings.ANLAN_PUBLIC_URL.rstrip('/')}/a/{reference}"


def paper_form(archive: Archive, *, at: datetime) -> bytes:
    """The whole form as one PDF."""
    documents = list(_papers(archive, at))
    cover = _cover(archive, documents, 1, at)
    front = len(cover)
    pages = [*_cover(archive, documents, front + 1, at), *(p for d in documents for p in d.pages)]
    writer = PdfWriter()
    for page in pages:
        writer.add_page(page)
    _stamp(writer, archive, at)
    writer.add_outline_item(title="封面与目录", page_number=0)
    place = front
    for one in documents:
        if one.pages:
            writer.add_outline_item(title=one.title, page_number=place)
        place += len(one.pages)
    writer.add_metadata({"/Title": f"一期一档 {archive.klass.number}（纸质件）"})
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def _papers(archive: Archive, at: datetime) -> Iterator[Paper]:
    klass = archive.klass
    yield _paper("花名册", printed.roster_pdf(klass, at=at))
    for session in sessions_of(klass):
        title = f"{printed.session_name(session)}签到记录"
        yield _paper(title, printed.sign_in_pdf(session, at=at, filled=True))
    yield from _scans(klass)
    numbers = {one.enrolment_id: one.number for one in certificates_in(klass)}
    yield _paper("成绩册", printed.score_pdf(klass, at=at, certificates=numbers))
    yield _paper("培训评估报告", papers.report_pdf(klass))
    if sheet := _from_archive(archive, f"{quality.SHEET}.pdf"):
        yield _paper(quality.SHEET, sheet)


def _scans(klass: TrainingClass) -> Iterator[Paper]:
    for register in registers_of(klass):
        for sheet in register.sheets.select_related("file"):
            yield _scan(f"纸质签到表：{register.title}", sheet.file)


def _scan(title: str, file: StoredFile) -> Paper:
    """A scan as pages, whether it is a PDF or a picture."""
    try:
        if file.name.lower().endswith(".pdf"):
            return _paper(title, file.path.read_bytes())
        return _paper(title, _picture(file))
    except (PyPdfError, UnidentifiedImageError, OSError, ValueError):
        return Paper(title, [], "扫描件无法并入，另附")


def _picture(file: StoredFile) -> bytes:
    with Image.open(file.path) as found:
        picture = found.convert("RGB")
    width, height = A4_PIXELS if picture.height >= picture.width else A4_PIXELS[::-1]
    scale = min(width / picture.width, height / picture.height) * MARGIN
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    sheet = Image.new("RGB", (width, height), "white")
    sheet.paste(picture.resize(size), ((width - size[0]) // 2, (height - size[1]) // 2))
    buffer = io.BytesIO()
    sheet.save(buffer, "PDF", resolution=DOTS)
    return buffer.getvalue()


def _paper(title: str, pdf: bytes) -> Paper:
    return Paper(title, list(PdfReader(io.BytesIO(pdf)).pages))


def _from_archive(archive: Archive, name: str) -> bytes:
    with zipfile.ZipFile(archive.file.path) as bag:
        found = [one for one in bag.namelist() if one.endswith(f"/data/{name}")]
        return bag.read(found[0]) if found else b""


def _cover(
    archive: Archive, documents: Sequence[Paper], first: int, at: datetime
) -> list[PageObject]:
    klass = archive.klass
    cover = papers.class_cover(
        klass, [], version=archive.version, until=archive.keep_until or local_date(at), at=at
    )
    url = seal_url(klass.number)
    lines: list[PaperLine] = []
    for one in documents:
        last = first + len(one.pages) - 1
        span = f"{first}" if last == first else f"{first}–{last}"
        lines.append({"title": one.title, "pages": span if one.pages else one.note})
        first = last + 1
    said: PaperCover = {
        "made_at": cover["made_at"],
        "synthetic": cover["synthetic"],
        "class_title": cover["class_title"],
        "class_number": cover["class_number"],
        "facts": [
            *cover["facts"][:4],
            fact("保管期限", f"至 {date_text(archive.keep_until)}" if archive.keep_until else "—"),
            fact("封存", f"{moment_text(archive.at)}，第 {archive.version} 版"),
            fact("打印", moment_text(at)),
        ],
        "seal": archive.manifest_sha256,
        "verify_url": url,
        "qr_svg": qr_svg(url),
        "contents": lines,
        "reviews": cover["reviews"],
        "changes": cover["changes"],
    }
    return list(PdfReader(io.BytesIO(typeset(papers.TEMPLATES / "paper_cover.typ", said))).pages)


def _stamp(writer: PdfWriter, archive: Archive, at: datetime) -> None:
    """档号 and 第 x 页 共 y 页 at the head of every page, whoever made it."""
    for page in writer.pages:
        if page.rotation:
            page.transfer_rotation_to_content()
    sizes = [(float(page.mediabox.width), float(page.mediabox.height)) for page in writer.pages]
    said: PaperStamp = {
        "made_at": to_shanghai(at).isoformat(timespec="seconds"),
        "synthetic": False,
        "number": f"一期一档 {archive.klass.number} 第 {archive.version} 版",
        "pages": [
            {"width": width / POINTS_A_MM, "height": height / POINTS_A_MM}
            for width, height in sizes
        ],
    }
    stamps = PdfReader(io.BytesIO(typeset(papers.TEMPLATES / "paper_stamp.typ", said))).pages
    for page, stamp in zip(writer.pages, stamps, strict=True):
        page.merge_page(stamp)
