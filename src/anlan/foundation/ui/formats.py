"""How dates, money and figures are written in Chinese on screens and in exports."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
NONE = "—"
Number = int | float | Decimal


def local(moment: date) -> date:
    """An aware datetime on the wall clock of the city; anything else as it is."""
    if isinstance(moment, datetime) and timezone.is_aware(moment):
        return timezone.localtime(moment)
    return moment


def cn_date(day: date | None) -> str:
    """2026年11月23日 周一"""
    if day is None:
        return NONE
    day = local(day)
    return f"{day.year}年{day.month}月{day.day}日 {WEEKDAYS[day.weekday()]}"


def cn_day(day: date | None) -> str:
    """11月23日 周一: where the year is plain."""
    if day is None:
        return NONE
    day = local(day)
    return f"{day.month}月{day.day}日 {WEEKDAYS[day.weekday()]}"


def cn_time(moment: datetime | None) -> str:
    """14:30"""
    return NONE if moment is None else f"{local(moment):%H:%M}"


def cn_datetime(moment: datetime | None) -> str:
    """2026年11月23日 周一 14:30"""
    return NONE if moment is None else f"{cn_date(moment)} {cn_time(moment)}"


def cn_range(start: date | None, end: date | None, today: date | None = None) -> str:
    """Short: 11月23日 周一 08:30–11:30; 11月23日–25日; the year where it isn't this one."""
    if start is None:
        return NONE
    start, end = local(start), local(end or start)
    year = "" if start.year == (today or timezone.localdate()).year else f"{start.year}年"
    head = f"{year}{start.month}月{start.day}日"
    timed = isinstance(start, datetime) and isinstance(end, datetime)
    if _day(start) == _day(end):
        clock = f" {start:%H:%M}–{end:%H:%M}" if timed and start != end else ""
        return f"{head} {WEEKDAYS[start.weekday()]}{clock}"
    if start.year != end.year:
        return f"{start.year}年{start.month}月{start.day}日–{end.year}年{end.month}月{end.day}日"
    month = "" if start.month == end.month else f"{end.month}月"
    return f"{head}–{month}{end.day}日"


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def since(moment: datetime, now: datetime) -> str:
    """刚刚, 12 分钟前, 3 小时前, 昨天, 5 天前; ahead: 2 天后. Past 30 days the date."""
    gap = now - moment
    word = "前" if gap >= timedelta(0) else "后"
    seconds = abs(gap.total_seconds())
    days = abs((_day(local(now)) - _day(local(moment))).days)
    if seconds < 60:
        return "刚刚" if word == "前" else "马上"
    if seconds < 3600:
        return f"{int(seconds // 60)} 分钟{word}"
    if seconds < 86400 and days == 0:
        return f"{int(seconds // 3600)} 小时{word}"
    if days == 1:
        return "昨天" if word == "前" else "明天"
    return f"{days} 天{word}" if days <= 30 else cn_date(moment)


def due_words(due: datetime, now: datetime) -> tuple[str, str]:
    """Words and tone for a clock that runs: 逾期 2 天 (stop), 今天到期 (warn), 还剩 5 天 ('')."""
    days = (_day(local(due)) - _day(local(now))).days
    if due < now:
        return (f"逾期 {-days} 天" if days else "今天已逾期", "stop")
    if days == 0:
        return ("今天到期", "warn")
    return (f"还剩 {days} 天", "warn" if days <= 2 else "")


def _rounded(value: Number, places: int) -> str:
    exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{exact:,f}"


def permille(rate: Number | None, places: int = 1) -> str:
    """0.0031 → 3.1‰"""
    return NONE if rate is None else f"{_rounded(Decimal(str(rate)) * 1000, places)}‰"


def percent(rate: Number | None, places: int = 1) -> str:
    """0.8251 → 82.5%"""
    return NONE if rate is None else f"{_rounded(Decimal(str(rate)) * 100, places)}%"


def yuan(amount: Number | None) -> str:
    """¥1,234.00, from an amount in yuan."""
    if amount is None:
        return NONE
    exact = Decimal(str(amount))
    sign = "-" if exact < 0 else ""
    return f"{sign}¥{_rounded(abs(exact), 2)}"


def thousands(number: Number | None) -> str:
    """88000 → 88,000; decimals are kept as they are."""
    return NONE if number is None else f"{number:,}"


def playing_time(seconds: int) -> str:
    """48 秒, 3 分 20 秒, 2 小时 5 分."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        return f"{hours} 小时 {minutes} 分"
    if minutes:
        return f"{minutes} 分 {left} 秒" if left else f"{minutes} 分钟"
    return f"{left} 秒"
