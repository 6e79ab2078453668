"""Answering with a file. The view that calls this has already asked who may see it."""

from django.http import FileResponse, HttpResponse

from anlan.foundation.files.models import StoredFile


def send_file(stored: StoredFile, *, inline: bool = False) -> FileResponse:
    """Stream a stored file under its own name."""
    return FileResponse(
        stored.path.open("rb"),
        as_attachment=not inline,
        filename=stored.name,
        content_type=stored.content_type,
    )


def send_bytes(
    content: bytes, name: str, content_type: str, *, inline: bool = False
) -> HttpResponse:
    """Answer with a document made just now."""
    response = HttpResponse(content, content_type=content_type)
    how = "inline" if inline else "attachment"
    quoted = "".join(f"%{byte:02X}" for byte in name.encode())
    response["Content-Disposition"] = f"{how}; filename*=UTF-8''{quoted}"
    return response


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
ZIP = "application/zip"
