"""What the intake takes and says, in OpenAPI 3.1, made from the endpoints themselves.

Public at `/in/openapi.json`: who writes a client needs it, and it says nothing about anybody.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import msgspec
from django.conf import settings
from msgspec import Meta, Struct

from anlan.foundation.intake import passes
from anlan.foundation.intake.endpoints import Endpoint

WHERE = "openapi.json"
KEY_AT_MOST = 200  # characters of an idempotency key
_REF = "#/components/schemas/{name}"
_WHY = {
    "401": "没有有效的通行证：请重新登录。",
    "403": "不是从本平台的页面发出的请求，或内容类型不是 application/json。",
    "409": "按规则不能办理。",
    "413": "内容太长。",
    "422": "内容格式不对，或没有传完。",
    "4XX": "其他不能办理的情况。",
}


class Told(Struct):
    """Why something was not kept, and what to do next; both in Chinese, for the screen."""

    message: Annotated[str, Meta(min_length=1)]
    next_step: str


def description(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """The document, as JSON would have it."""
    shapes = [shape for one in endpoints for shape in (one.asks, one.answers)]
    refs, components = msgspec.json.schema_components([Told, *shapes], ref_template=_REF)
    told, by_shape = refs[0], iter(refs[1:])
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{settings.ANLAN_PLATFORM} · 收件口",
            "version": "1",
            "description": "考试答案、签到、学习心跳。答复 200 才算保存；503 请稍后重试。",
        },
        "servers": [{"url": "/in"}],
        "security": [{"cookie": []}, {"bearer": []}],
        "paths": {
            f"/{one.path}": {"post": _operation(one, next(by_shape), next(by_shape), told)}
            for one in endpoints
        },
        "components": {"schemas": components, "securitySchemes": _passes()},
    }


def _operation(
    one: Endpoint, asks: dict[str, Any], answers: dict[str, Any], told: dict[str, Any]
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": one.path.replace("/", "_"),
        "summary": one.title,
        "description": f"内容不超过 {one.most_bytes // 1024 or 1} KB。",
        "requestBody": {"required": True, "content": _json(asks)},
        "responses": {
            "200": {"description": "已保存。", "content": _json(answers)},
            **{status: _refusal(why, told) for status, why in _WHY.items()},
            "503": _refusal("现在忙，没有保存。", told) | {"headers": _retry_after()},
        },
    }
    if one.remembers:
        operation["parameters"] = [_idempotency_key()]
    return operation


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _refusal(why: str, told: dict[str, Any]) -> dict[str, Any]:
    return {"description": why, "content": _json(told)}


def _retry_after() -> dict[str, Any]:
    words = {"description": "过几秒再试", "required": True, "schema": {"type": "integer"}}
    return {"Retry-After": words}


def _idempotency_key() -> dict[str, Any]:
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "同一编号重复提交时只办一次，并返回第一次的答复；保留一周。",
        "schema": {"type": "string", "maxLength": KEY_AT_MOST},
    }


def _passes() -> dict[str, Any]:
    return {
        "cookie": {"type": "apiKey", "in": "cookie", "name": passes.COOKIE},
        "bearer": {"type": "http", "scheme": "bearer"},
    }


def encoded(endpoints: Iterable[Endpoint]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(description(list(endpoints))), indent=1)
