"""Synthetic narratives (合成数据) with the codes a clerk would give: no person, no accident behind
any. Chinese and English, so that nothing is tuned to one language."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from anlan.injuries.models import Case
from anlan.lib.dates import SHANGHAI

# Type of 2025: its number in the list of 1986, 起因物, and how it is told.
_KINDS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "10": (
        "09",
        "3.22",
        (
            "在{where}从梯子上坠落，{part}摔伤",
            "攀爬梯子时踏空，由三米高处坠下，{part}着地受伤",
            "fell off a ladder in the {where_en} and hurt the {part_en}",
        ),
    ),
    "04": (
        "03",
        "3.12",
        (
            "操作冲床时{part}被模具压伤",
            "清理切割机未停机，{part}被卷入夹伤",
            "the {part_en} was caught in a running press in the {where_en}",
        ),
    ),
    "08": (
        "07",
        "3.14",
        (
            "检修{where}管道时酸液喷出，灼伤{part}",
            "倾倒碱液溅出，{part}被化学品灼烫",
            "acid splashed in the {where_en} and burned the {part_en}",
        ),
    ),
    "06": (
        "05",
        "3.03",
        (
            "在{where}检修配电箱时触电，{part}电击伤",
            "电缆绝缘破损漏电，{part}接触后触电",
            "electric shock from a panel in the {where_en}, {part_en} burned",
        ),
    ),
    "02": (
        "02",
        "3.06",
        (
            "{where}内叉车倒车时撞到行人，{part}受伤",
            "厂区叉车转弯碾压，{part}挤伤",
            "a forklift reversed in the {where_en} and struck the {part_en}",
        ),
    ),
    "01": (
        "01",
        "3.23",
        (
            "堆放的木材滑落，砸中{part}",
            "{where}上方木料掉落，{part}被砸伤",
            "a falling timber hit the {part_en} in the {where_en}",
        ),
    ),
}
_PARTS = {
    "1.13.3": ("右手食指", "finger"),
    "1.14.4": ("左小腿", "shin"),
    "1.01": ("头部", "head"),
    "1.10": ("腰部", "lower back"),
    "1.15.4": ("左脚趾", "toe"),
}
_PLACES = (("一车间", "workshop"), ("仓库", "warehouse"), ("工地", "site"), ("码头", "dock"))
CHANGED = date(2026, 7, 1)


@dataclass(frozen=True, slots=True)
class Told:
    """A narrative and the codes of its day's lists."""

    text: str
    day: date
    type_code: str
    source_code: str
    part_code: str


def told(many: int, *, first: date = CHANGED, a_day: int = 6, seed: int = 7) -> Iterator[Told]:
    """So many narratives, `a_day` of them a day."""
    chance = Random(seed)
    for at in range(many):
        day = first + timedelta(days=at // a_day)
        kind = chance.choice(list(_KINDS))
        old, source, patterns = _KINDS[kind]
        part, (part_zh, part_en) = chance.choice(list(_PARTS.items()))
        where, where_en = chance.choice(_PLACES)
        text = chance.choice(patterns).format(
            where=where, where_en=where_en, part=part_zh, part_en=part_en
        )
        ended = f"，{chance.choice(('送医', '已包扎', '已停工', '班组已上报'))}。编号{at}。"
        yield Told(text + ended, day, kind if day >= CHANGED else old, source, part)


def synthetic_cases(
    many: int,
    *,
    coded: bool = True,
    first: date = CHANGED,
    district: str = "370112",
    at: datetime | None = None,
    seed: int = 7,
) -> list[Case]:
    """Cases with such narratives, marked synthetic; without codes they are what a coder is for."""
    known = at or datetime(2026, 11, 22, tzinfo=SHANGHAI)
    cases = []
    for one in told(many, first=first, seed=seed):
        codes = {"type_code": one.type_code, "source_code": one.source_code}
        codes["part_code"] = one.part_code
        case = Case(
            injured_on=one.day,
            district=district,
            narrative=one.text,
            known_at=known,
            changed_at=known,
            is_synthetic=True,
            **(codes if coded else {}),
        )
        cases.append(case)
    return Case.objects.bulk_create(cases)
