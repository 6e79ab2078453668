"""What a browser calls itself, in words that its owner recognises."""

from dataclasses import dataclass
from datetime import datetime

from anlan.foundation.accounts.models import LoginSession

# The first that fits counts; the names are those that people say.
_BROWSERS = (
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("Edg", "Edge 浏览器"),
    ("QQBrowser", "QQ 浏览器"),
    ("360SE", "360 浏览器"),
    ("HuaweiBrowser", "华为浏览器"),
    ("MiuiBrowser", "小米浏览器"),
    ("UCBrowser", "UC 浏览器"),
    ("Firefox", "火狐浏览器"),
    ("Chrome", "谷歌浏览器"),
    ("Safari", "Safari 浏览器"),
)
_SYSTEMS = (
    ("HarmonyOS", "鸿蒙"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "安卓"),
    ("Windows", "Windows 电脑"),
    ("Macintosh", "苹果电脑"),
    ("Linux", "Linux 电脑"),
)


@dataclass(frozen=True)
class ShownSession:
    """A session as its owner sees it."""

    mark: str
    device: str
    phone: bool
    network: str
    since: datetime | None
    seen_at: datetime | None
    here: bool


def shown(row: LoginSession, *, mark: str, here: bool) -> ShownSession:
    agent = row.agent
    return ShownSession(
        mark,
        device_name(agent),
        any(word in agent for word in ("Mobile", "Android", "iPhone")),
        row.network,
        row.since,
        row.seen_at,
        here,
    )


def device_name(agent: str) -> str:
    """安卓 · 微信; 未知设备 for a program that doesn't say."""
    system = next((name for word, name in _SYSTEMS if word in agent), "")
    browser = next((name for word, name in _BROWSERS if word in agent), "")
    return " · ".join(word for word in (system, browser) if word) or "未知设备"
