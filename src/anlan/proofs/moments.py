"""Moments as they stand in signed documents, and as a reader in China takes them."""

from datetime import UTC, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))


def moment(text: str) -> datetime:
    """An RFC 3339 moment; raises `ValueError` without an offset."""
    found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if found.tzinfo is None:
        raise ValueError("a moment needs its offset")
    return found


def shown(text: str) -> str:
    """The same moment in China's time, to the minute."""
    return f"{moment(text).astimezone(CHINA):%Y-%m-%d %H:%M}"


def pdf_moment(text: str) -> datetime:
    """D:20261124225834Z or D:20261125065834+08'00' (ISO 32000-1 §7.9.4)."""
    digits, zone = text.removeprefix("D:")[:14], text.removeprefix("D:")[14:].replace("'", "")
    found = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    if zone in ("", "Z", "Z0000"):
        return found
    hours, minutes = int(zone[:3]), int(zone[0] + zone[3:5])
    return found - timedelta(hours=hours, minutes=minutes)
