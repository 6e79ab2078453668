"""Every address is guarded by a policy or stands on this short list of public ones."""

from collections.abc import Callable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

PUBLIC = {
    "account_login",
    "accounts:login",
    "accounts:logout",
    "accounts:pulse",
    "accounts:reset",
    "accounts:unlock",
    "accounts:unlock_code",
    "assessments:tablet",
    "assessments:tablet_answer",
    "assessments:tablet_check",
    "assessments:tablet_enter",
    "assessments:tablet_give_back",
    "assessments:tablet_start",
    "assessments:tablet_submit",
    "certificates:ask",
    "certificates:authority",
    "certificates:badge",
    "certificates:how",
    "certificates:issuer",
    "certificates:key",
    "certificates:receipt",
    "certificates:revoked",
    "certificates:revoked_list",
    "certificates:revoked_signed",
    "certificates:show",
    "classes:desk_login",
    "classes:desk_login_state",
    "classes:desk_login_waiting",
    "codes:industries",
    "hazards:report_blank",
    "hazards:worker",
    "examples:evidence",
    "examples:follow",
    "examples:list",
    "examples:notice",
    "examples:notices",
    "examples:receipt",
    "examples:show",
    "identity:login_code",
    "identity:login_phone",
    "injuries:report_blank",
    "injuries:worker",
    "kits:app",
    "kits:manifest",
    "kits:photos",
    "kits:sync",
    "kits:worker",
    "ledger:checkpoint",
    "ledger:cosign",
    "ledger:key",
    "ledger:log",
    "ledger:round",
    "ledger:tile",
    "ledger:witnessed",
    "organizations:register",
    "organizations:register_check",
    "organizations:register_keep",
    "organizations:register_organization",
    "verify:offline",
    "verify:page",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "openid_connect_callback",
    "openid_connect_login",
    "recordings:chunk",
    "recordings:end",
    "recordings:state",
    "seals:receipt",
    "seals:show",
    "tips:add",
    "tips:file",
    "tips:follow",
}


def test_every_address_is_guarded_or_listed() -> None:
    unguarded = [
        name
        for name, view in _addresses()
        if not hasattr(view, "policy") and not hasattr(view, "public_because")
    ]
    assert unguarded == []


def test_the_public_ones_are_these() -> None:
    public = {name for name, view in _addresses() if hasattr(view, "public_because")}
    assert public == PUBLIC


def test_every_public_address_says_why() -> None:
    reasons = [getattr(view, "public_because", "x") for _, view in _addresses()]
    assert all(reasons)


def test_every_address_has_a_name() -> None:
    assert [name for name, _ in _addresses() if name.startswith("(")] == []


def _addresses(
    patterns: Any = None, space: str = ""
) -> Iterator[tuple[str, Callable[..., object]]]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _addresses(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name or f'({pattern.pattern})'}", pattern.callback
