"""Invented names, ID numbers and phones. Deterministic: the same seed invents the same people."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from anlan.lib import idnumber, phones

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董"
    "萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
)
FIRST = "安平和志建国文明海德永春晓立东光成振世家玉秀桂雪月丽淑红艳静梅兰芳慧敏洁"
SECOND = "军伟强磊勇杰涛超鹏飞龙刚峰亮斌辉华林山川波宁芳娟霞玲燕颖琳莹倩云凤英"
BIRTHDAYS = 13_500  # days of 37 years; 37 and 13,500 share no factor, so none comes twice


@dataclass(frozen=True)
class Invented:
    """Somebody who does not exist."""

    name: str
    id_number: str
    phone: str


class Inventor:
    """Makes up people one after another; no two share an ID number or a phone."""

    def __init__(self, seed: int, *, start: int = 0) -> None:
        self._chance = random.Random(seed)
        self._serial = start

    def name(self) -> str:
        """A name of two or three characters."""
        chance = self._chance
        given = chance.choice(FIRST) + (chance.choice(SECOND) if chance.random() < 0.8 else "")
        return chance.choice(SURNAMES) + given

    def person(self) -> Invented:
        """The next invented person."""
        self._serial += 1
        born = date(1966, 1, 1) + timedelta(days=self._serial * 37 % BIRTHDAYS)
        number = idnumber.synthetic(
            idnumber.SYNTHETIC_REGION, born, self._serial // BIRTHDAYS % 999 + 1
        )
        return Invented(self.name(), number, phones.synthetic(self._serial))
