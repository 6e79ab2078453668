"""The door of the hot paths: `/in/…`, answered before Django's middleware is woken.

A request is a JSON body under a pass (`passes`). What comes back is JSON: 200 with the answer, 401
without a valid pass, 409/422 with `message` and `next_step` when it was refused, 413 when it is
too long, 503 with `Retry-After` when the city asks faster than the disk can keep.

Forgery from another site is kept out by what a form can't send: the body must be
`application/json`, and a browser that says where a request comes from must say "this site".
"""

import hashlib
import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http.client import responses
from http.cookies import CookieError, SimpleCookie
from typing import Any

import msgspec
from django.db import DatabaseError, InterfaceError
from django.utils.timezone import now

from anlan.foundation.intake import openapi, passes
from anlan.foundation.intake.cutoffs import is_cut_off
from anlan.foundation.intake.endpoints import Endpoint, Item
from anlan.foundation.intake.groups import Busy, Group, fresh_connection
from anlan.foundation.intake.memory import remembering
from anlan.foundation.intake.sharing import Sharing
from anlan.lib.refusals import BadInput, Refused

log = logging.getLogger(__name__)

PREFIX = "/in/"
Environ = Mapping[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]
Application = Callable[[Any, Any], Iterable[bytes]]
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # PostgreSQL keeps no such text
_encode = msgspec.json.Encoder().encode


class TooLong(Refused):
    status = 413

    def __init__(self, most: int) -> None:
        super().__init__(
            "提交的内容太长，没有保存。", f"请分次提交，每次不超过 {most // 1024 or 1} KB。"
        )


class NoSuchEndpoint(Refused):
    status = 404

    def __init__(self) -> None:
        super().__init__("没有这个接口。", "请刷新页面后重试。")


class PostOnly(Refused):
    status = 405

    def __init__(self) -> None:
        super().__init__("这个接口只接受 POST。", "请刷新页面后重试。")


class GetOnly(Refused):
    status = 405

    def __init__(self) -> None:
        super().__init__("这个地址只能读取。", "请用 GET。")


class FromElsewhere(Refused):
    status = 403

    def __init__(self) -> None:
        super().__init__("这个请求不是从本平台的页面发出的。", "请在平台页面里操作。")


@dataclass(frozen=True)
class _Hatch:
    """An endpoint at work: its decoder and its queue."""

    endpoint: Endpoint
    decode: Callable[[bytes], Any]
    group: Group


class Intake:
    """Wraps the site's WSGI application and answers what stands under `/in/` itself."""

    def __init__(self, site: Application, endpoints: Sequence[Endpoint]) -> None:
        self._site = site
        self.hatches = {one.path: _hatch(one) for one in endpoints}
        self._sharing = Sharing(lambda: {path: one.group for path, one in self.hatches.items()})

    def __call__(self, environ: Any, start_response: StartResponse) -> Iterable[bytes]:
        self._sharing.tick()
        path = environ.get("PATH_INFO", "")
        if not path.startswith(PREFIX):
            return self._site(environ, start_response)
        if path == PREFIX + openapi.WHERE:
            return self._describe(environ, start_response)
        hatch = self.hatches.get(path[len(PREFIX) :])
        try:
            if hatch is None:
                raise NoSuchEndpoint
            answer = _ask(hatch, environ)
        except Refused as refused:
            return _refuse(refused, start_response)
        except (InterfaceError, DatabaseError) as failed:  # before anything was handed to a group
            log.warning("intake could not look up a pass: %s", failed)
            fresh_connection()
            return _refuse(Busy(), start_response)
        except Exception:
            log.exception("intake: %s", path)
            broken = Refused("服务器出错，没有保存。", "请稍后重试；页面会保留已填写的内容。")
            return _say(500, _words(broken), start_response)
        return _say(200, answer, start_response)

    def _describe(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "GET":
            return _say(405, _words(GetOnly()), start_response, [("Allow", "GET")])
        document = openapi.encoded(hatch.endpoint for hatch in self.hatches.values())
        return _say(200, document, start_response)


def _hatch(endpoint: Endpoint) -> _Hatch:
    decoder = msgspec.json.Decoder(endpoint.asks)
    write = remembering(endpoint) if endpoint.remembers else endpoint.write
    return _Hatch(endpoint, decoder.decode, Group(write, linger=endpoint.linger_ms / 1000))


def _ask(hatch: _Hatch, environ: Environ) -> bytes:
    """Check, read, queue, wait for the commit."""
    if environ["REQUEST_METHOD"] != "POST":
        raise PostOnly
    _refuse_other_sites(environ)
    at = now()
    who = passes.read(_pass_text(environ), at=at)
    if is_cut_off(who, at=at):
        raise passes.NoPass
    asked = _read(hatch, environ)
    key = environ.get("HTTP_IDEMPOTENCY_KEY", "") if hatch.endpoint.remembers else ""
    item = Item(who, asked, at, environ.get("REMOTE_ADDR", ""), _digest(hatch, who, key))
    return _encode(hatch.group.submit(item))


def _digest(hatch: _Hatch, who: passes.Pass, key: str) -> bytes:
    if not key:
        return b""
    if len(key) > openapi.KEY_AT_MOST:
        raise BadInput("提交编号过长。", "请刷新页面后重试。")
    return hashlib.sha256(f"{hatch.endpoint.path}\0{who.user}\0{key}".encode()).digest()


def _refuse_other_sites(environ: Environ) -> None:
    said = environ.get("CONTENT_TYPE", "").split(";")[0].strip().lower()
    where = environ.get("HTTP_SEC_FETCH_SITE", "same-origin")
    if said != "application/json" or where not in ("same-origin", "none"):
        raise FromElsewhere


def _pass_text(environ: Environ) -> str:
    bearer = environ.get("HTTP_AUTHORIZATION", "")
    if bearer.startswith("Bearer "):
        return str(bearer[7:].strip())
    try:
        morsel = SimpleCookie(environ.get("HTTP_COOKIE", "")).get(passes.COOKIE)
    except CookieError:
        morsel = None
    return morsel.value if morsel else ""


def _read(hatch: _Hatch, environ: Environ) -> Any:
    most = hatch.endpoint.most_bytes
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > most:
        raise TooLong(most)
    try:
        body = environ["wsgi.input"].read(length)
    except OSError:
        body = b""
    if len(body) < length:
        raise BadInput("网络中断，内容没有传完，没有保存。", "页面会自动重试。")
    if _NUL.search(body):
        raise BadInput("提交的内容里有不能保存的字符。", "请删去特殊字符后重试。")
    try:
        return hatch.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise BadInput("提交的内容格式不对，没有保存。", f"请刷新页面后重试（{wrong}）。") from None


def _refuse(refused: Refused, start_response: StartResponse) -> Iterable[bytes]:
    more = []
    if isinstance(refused, Busy):
        more.append(("Retry-After", str(refused.retry_after)))
    if refused.status == 405:
        more.append(("Allow", "POST"))
    return _say(refused.status, _words(refused), start_response, more)


def _words(refused: Refused) -> bytes:
    return _encode({"message": refused.message, "next_step": refused.next_step})


def _say(
    status: int,
    body: bytes,
    start_response: StartResponse,
    more: Sequence[tuple[str, str]] = (),
) -> Iterable[bytes]:
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        *more,
    ]
    start_response(f"{status} {responses.get(status, 'Refused')}", headers)
    return [body]
