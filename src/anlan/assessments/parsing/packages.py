"""Zip packages and XML from strangers: measured while they are read, believed in nothing.

Nothing is ever unpacked to a disk, so a name in a package can point nowhere. DTDs are refused
whole: with them go entities that swell and entities that fetch.
"""

import io
import posixpath
import zipfile
import zlib
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from anlan.lib.refusals import BadInput

MOST_FILES = 6000
MOST_UNPACKED = 200 * 1024 * 1024
MOST_ONE = 30 * 1024 * 1024


class Package:
    """A zip archive, read file by file within one budget."""

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, OSError):
            raise BadInput("这个压缩包已损坏，打不开。", "请重新打包后上传。") from None
        entries = [entry for entry in self._zip.infolist() if not entry.is_dir()]
        if len(entries) > MOST_FILES:
            raise BadInput(f"压缩包里有 {len(entries)} 个文件，太多。", "请分成几个文件上传。")
        if any(entry.flag_bits & 0x1 for entry in entries):
            raise BadInput("这个压缩包设了密码，无法读取。", "请去掉密码后再上传。")
        self._entries = {posixpath.normpath(entry.filename): entry for entry in entries}
        self._left = MOST_UNPACKED

    @property
    def names(self) -> list[str]:
        return list(self._entries)

    def has(self, name: str) -> bool:
        return posixpath.normpath(name) in self._entries

    def read(self, name: str) -> bytes:
        """The bytes of one file. Raises `BadInput` for a bomb or a broken archive."""
        try:
            with self._zip.open(self._entries[posixpath.normpath(name)]) as stream:
                content = stream.read(min(MOST_ONE, self._left) + 1)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError):
            raise BadInput("这个压缩包已损坏，打不开。", "请重新打包后上传。") from None
        self._left -= len(content)
        if len(content) > MOST_ONE or self._left < 0:
            raise BadInput("压缩包解压后太大，无法读取。", "请减少图片等内容，或分成几个文件。")
        return content

    def beside(self, name: str, reference: str) -> bytes | None:
        """What a file in the package points at by a relative address; None if it isn't here."""
        path = posixpath.join(posixpath.dirname(name), unquote(reference.split("?")[0]))
        return self.read(path) if self.has(path) else None


def xml_root(content: bytes, name: str) -> Element:
    """The root element. Raises `BadInput` for broken XML, DTDs and entities."""
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except DefusedXmlException:
        raise BadInput(
            f"「{name}」里有 DTD 或实体定义，出于安全已拒收。", "请用题库软件重新导出后上传。"
        ) from None
    except (ParseError, ValueError, LookupError, RecursionError) as wrong:
        raise BadInput(
            f"「{name}」不是完整的 XML：{_where(wrong)}。", "请用题库软件重新导出后上传。"
        ) from None
    return root


def _where(wrong: Exception) -> str:
    place = getattr(wrong, "position", None)
    return f"第 {place[0]} 行读不下去" if place else "编码无法识别"


def local(tag: object) -> str:
    """A tag without namespace, `qti-` and hyphens: QTI 2.1 and 3 name the same things so."""
    name = str(tag).rsplit("}", 1)[-1]
    return name.removeprefix("qti-").replace("-", "").lower()


def attribute(element: Element, name: str) -> str:
    """An attribute by its plain lower-case name: `responseIdentifier`, `response-identifier`."""
    return next((value for key, value in element.attrib.items() if local(key) == name), "")
