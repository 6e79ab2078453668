"""Words as they come out of files, without what a stem can't hold: control signs, tags, scripts.

Stems and options are plain text here and everywhere after. Formatting of a web page is taken off;
what would run or load something is refused, for nobody can say what the author meant to show.
"""

import html
import re
import unicodedata
from html.parser import HTMLParser

from anlan.assessments.parsing.drafts import Unusable

LONGEST = 4000
_SUPERSCRIPT = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_SUBSCRIPT = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_BLOCKS = {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "table", "pre"}
_DANGEROUS = {
    "script",
    "iframe",
    "object",
    "embed",
    "applet",
    "form",
    "input",
    "link",
    "meta",
    "base",
}
_MEDIA = {"video": "视频", "audio": "音频", "svg": "矢量图", "math": "公式", "canvas": "画布"}
_DANGER = re.compile(
    r"<\s*/?\s*(?:script|iframe|object|embed|applet|form|link|meta|base)\b"
    r"|<[a-z][^<>]*\son[a-z]+\s*=|javascript\s*:",
    re.I,
)
# Only tags that offices paste along with text; `x<3` and `<必填>` are words.
_TAG = re.compile(
    r"</?(?:p|b|i|u|em|strong|span|div|font|sub|sup|small|h[1-6])(?:\s[^<>]*)?/?>", re.I
)


def tidy(text: str) -> str:
    """Without control signs and half characters, line ends as `\\n`, no blanks around."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    return "".join(sign for sign in lines if _is_fit(sign)).strip()


def _is_fit(sign: str) -> bool:
    if sign in "\n\t":
        return True
    return unicodedata.category(sign) not in {"Cc", "Cs", "Cn", "Co"}


def checked(text: str, what: str) -> str:
    """Plain text that may hold pasted tags. Raises `Unusable` where it would run something."""
    clean = tidy(text)
    if _DANGER.search(clean):
        raise Unusable(f"{what}里有网页脚本或嵌入内容，已拒收，请改成纯文字")
    if _TAG.search(clean):
        clean = tidy(html.unescape(_TAG.sub("", clean)))
    return within(clean, what)


def within(text: str, what: str) -> str:
    if len(text) > LONGEST:
        raise Unusable(f"{what}有 {len(text)} 个字，超过 {LONGEST} 字的上限")
    return text


class Page(HTMLParser):
    """The text of a piece of HTML, and the pictures in it by their addresses."""

    def __init__(self, what: str) -> None:
        super().__init__(convert_charrefs=True)
        self.what = what
        self.parts: list[str] = []
        self.images: list[str] = []
        self._raised: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._refuse(tag, attrs)
        if tag == "img":
            self.images.append(dict(attrs).get("src") or "")
        elif tag in _BLOCKS:
            self.parts.append("\n")
        elif tag in {"td", "th"}:
            self.parts.append(" ")
        elif tag in {"sub", "sup"}:
            self._raised.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"sub", "sup"} and self._raised:
            self._raised.pop()
        elif tag in _BLOCKS - {"br"}:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        # In HTML a line end is a blank.
        told = re.sub(r"\s+", " ", data)
        if self._raised:
            told = told.translate(_SUPERSCRIPT if self._raised[-1] == "sup" else _SUBSCRIPT)
        self.parts.append(told)

    def _refuse(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        runs = any(
            name.startswith("on") or "javascript:" in (value or "").lower() for name, value in attrs
        )
        if tag in _DANGEROUS or runs:
            raise Unusable(f"{self.what}里有网页脚本或嵌入内容，已拒收，请改成纯文字")
        if tag in _MEDIA:
            raise Unusable(f"{self.what}里有{_MEDIA[tag]}，暂不能导入")

    @property
    def text(self) -> str:
        lines = [" ".join(line.split()) for line in "".join(self.parts).split("\n")]
        return tidy("\n".join(line for line in lines if line))


def from_html(source: str, what: str) -> tuple[str, list[str]]:
    """(text, addresses of pictures). Raises `Unusable` for what runs, plays or is a formula."""
    page = Page(what)
    page.feed(source)
    page.close()
    return within(page.text, what), page.images
