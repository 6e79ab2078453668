"""A bucket behind any S3 API as a place for bytes. Imported only where one is configured.

Keys come from the standard AWS variables, the endpoint from ANLAN_S3_ENDPOINT. Every part is sent
with its MD5, which the oldest S3 servers check too; a part that arrives otherwise is refused.
"""

import base64
import hashlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from anlan.foundation.files.places import PIECE, PlaceFailed, Standing

PART = 16 * 1024**2
MOST_PARTS = 9_000  # S3 takes 10,000
ABSENT = {"404", "NoSuchKey", "NotFound"}
Result = TypeVar("Result")


@lru_cache(maxsize=8)
def client_of(endpoint: str, addressing: str) -> Any:
    """One client per process and endpoint: they are made slowly and are safe between threads."""
    style = addressing or ("path" if endpoint else "auto")
    config = Config(
        connect_timeout=5,
        read_timeout=60,
        retries={"max_attempts": 4, "mode": "standard"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={"addressing_style": style},
    )
    session = boto3.session.Session()
    region = session.region_name or "us-east-1"
    return session.client("s3", endpoint_url=endpoint or None, region_name=region, config=config)


class S3Place:
    """Names are keys below the prefix."""

    def __init__(self, address: str) -> None:
        url = urlsplit(address)
        self.address, self.bucket = address, url.netloc
        self.prefix = url.path.strip("/")
        self.client = client_of(settings.ANLAN_S3_ENDPOINT, settings.ANLAN_S3_ADDRESSING)

    def put(self, name: str, draft: Path, *, sha256: str) -> None:
        size = draft.stat().st_size
        told = {**self._where(name), "Metadata": {"sha256": sha256}}
        self._try(lambda: self._send(draft, size, told))
        standing = self.standing(name)
        if standing is None or standing.size != size:
            raise PlaceFailed(f"{name}: {size} bytes were sent, {standing} came to stand there")

    def copy_in(self, name: str, source: Path, *, sha256: str) -> None:
        self.put(name, source, sha256=sha256)

    def standing(self, name: str) -> Standing | None:
        try:
            head = self._try(lambda: self.client.head_object(**self._where(name)))
        except FileNotFoundError:
            return None
        known = head.get("Metadata", {}).get("sha256", "")
        return Standing(head["ContentLength"], known, head["LastModified"])

    def pieces(self, name: str, first: int = 0, last: int | None = None) -> Iterator[bytes]:
        wanted = {} if (first, last) == (0, None) else {"Range": f"bytes={first}-{_or(last)}"}
        body = self._try(lambda: self.client.get_object(**self._where(name), **wanted))["Body"]
        try:
            while chunk := self._try(lambda: body.read(PIECE)):
                yield chunk
        finally:
            body.close()

    def remove(self, name: str) -> None:
        self._try(lambda: self.client.delete_object(**self._where(name)))

    def local(self, name: str) -> Path | None:
        return None

    def _where(self, name: str) -> dict[str, Any]:
        return {"Bucket": self.bucket, "Key": f"{self.prefix}/{name}".lstrip("/")}

    def _send(self, draft: Path, size: int, told: dict[str, Any]) -> None:
        if size <= PART:
            content = draft.read_bytes()
            self.client.put_object(**told, Body=content, ContentMD5=_md5(content))
            return
        where = {"Bucket": told["Bucket"], "Key": told["Key"]}
        upload = self.client.create_multipart_upload(**told)["UploadId"]
        where["UploadId"] = upload
        try:
            parts = [self._part(where, no, content) for no, content in _parts(draft, size)]
            self.client.complete_multipart_upload(**where, MultipartUpload={"Parts": parts})
        except BaseException:
            self._give_up(where)
            raise

    def _part(self, where: dict[str, Any], number: int, content: bytes) -> dict[str, Any]:
        sent = self.client.upload_part(
            **where, PartNumber=number, Body=content, ContentMD5=_md5(content)
        )
        return {"PartNumber": number, "ETag": sent["ETag"]}

    def _give_up(self, where: dict[str, Any]) -> None:
        """Parts that nobody completes cost money; a server that is gone can't be told."""
        try:
            self.client.abort_multipart_upload(**where)
        except (BotoCoreError, ClientError):
            return

    def _try(self, act: Callable[[], Result]) -> Result:
        try:
            return act()
        except ClientError as failure:
            if str(failure.response.get("Error", {}).get("Code")) in ABSENT:
                raise FileNotFoundError(str(failure)) from failure
            raise PlaceFailed(str(failure)) from failure
        except BotoCoreError as failure:
            raise PlaceFailed(str(failure)) from failure


def _parts(draft: Path, size: int) -> Iterator[tuple[int, bytes]]:
    length = max(PART, -(-size // MOST_PARTS))
    number = 0
    with draft.open("rb") as file:
        while content := file.read(length):
            number += 1
            yield number, content


def _md5(content: bytes) -> str:
    """Guards the way over the wire; what vouches for the file is its SHA-256."""
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()


def _or(last: int | None) -> str:
    return "" if last is None else str(last)
