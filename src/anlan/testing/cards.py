"""Cards that nobody holds, drawn for tests and benches: 居民身份证 (both sides), 营业执照.

Every number is built on a region that belongs to nobody, every sheet carries 样本 in its corner and
in its metadata, and the portrait is a grey shape. They look enough like the real ones to be read;
they are no likeness of any security feature.
"""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

from anlan.lib import idnumber, uscc

FONTS = Path(__file__).resolve().parent.parent / "dist" / "fonts"
SANS, BOLD, SERIF = "NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf", "NotoSerifSC-Bold.ttf"
CARD_SIZE, SHEET_SIZE = (1012, 638), (1600, 1130)  # 300 dots an inch; a sheet of A4 lying down
INK, LABEL, STAMP, MARK = (25, 25, 28), (70, 105, 165), (196, 44, 44), (150, 90, 90)
NARROW, WIDE = 12, 26  # characters that fit a line of the address, of the licence's purpose

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "伟芳娜秀敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂兰凤洁梅琳云莲真环雪荣爱香瑞凡嘉琼勤珍"
ETHNICITIES = ("汉", "汉", "汉", "汉", "回", "满", "蒙古", "壮", "朝鲜", "土家", "维吾尔")
DISTRICTS = ("历下区", "市中区", "槐荫区", "天桥区", "历城区", "长清区", "章丘区", "莱芜区",
             "钢城区", "平阴县", "商河县")  # fmt: skip
ROADS = ("泉城路", "经十路", "花园路", "工业南路", "解放东路", "北园大街", "龙奥北路", "汇源大街",
         "明水大街", "府前街", "新泰路")  # fmt: skip
TRADES = ("化工", "机械制造", "建筑工程", "物流", "建材", "矿业", "冶金科技")
TYPES = ("有限责任公司(自然人投资或控股)", "有限责任公司(自然人独资)", "股份有限公司(非上市)",
         "个人独资企业")  # fmt: skip
SCOPES = ("技术服务", "技术开发", "安全咨询服务", "建筑材料销售", "金属材料制造",
          "普通货物道路运输", "机械设备租赁", "劳务派遣服务", "化工产品销售")  # fmt: skip


@dataclass(frozen=True, slots=True)
class IdCard:
    """What the front says; the fields are named as `anlan.vision` names them."""

    name: str
    sex: str
    ethnicity: str
    birth: date
    address: str
    number: str


@dataclass(frozen=True, slots=True)
class IdBack:
    """What the back says; no `valid_until` means 长期."""

    authority: str
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class Licence:
    """What a 营业执照 says."""

    name: str
    code: str
    kind: str
    legal_person: str
    address: str
    founded: date
    scope: str


def a_person(chance: Random, *, youngest: int = 20, oldest: int = 62, year: int = 2026) -> IdCard:
    """Somebody who does not exist."""
    born = date(year - chance.randint(youngest, oldest), 1, 1) + timedelta(chance.randrange(365))
    number = idnumber.synthetic(idnumber.SYNTHETIC_REGION, born, chance.randrange(1, 1000))
    sex = "男" if int(number[16]) % 2 else "女"
    given = "".join(chance.choice(GIVEN) for _ in range(chance.choice((1, 2, 2, 2))))
    return IdCard(chance.choice(SURNAMES) + given, sex, chance.choice(ETHNICITIES), born,
                  _address(chance), number)  # fmt: skip


def a_back(chance: Random) -> IdBack:
    """The other side, of a card that ten, twenty or no years bound."""
    start = date(chance.randint(2008, 2025), chance.randint(1, 12), chance.randint(1, 28))
    years = chance.choice((10, 20, 20, None))
    until = start.replace(year=start.year + years) if years else None
    return IdBack(f"济南市公安局{chance.choice(DISTRICTS)[:2]}区分局", start, until)


def a_licence(chance: Random) -> Licence:
    """A company that does not exist."""
    made = "".join(chance.choice("鑫泰恒华盛瑞鲁明岳海天宏达") for _ in range(2))
    founded = date(chance.randint(1998, 2025), chance.randint(1, 12), chance.randint(1, 28))
    person = chance.choice(SURNAMES) + "".join(chance.choice(GIVEN) for _ in range(2))
    does = "；".join(chance.sample(SCOPES, chance.randint(2, 5)))
    return Licence(
        name=f"济南{made}{chance.choice(TRADES)}有限公司",
        code=uscc.synthetic(chance.randrange(100_000_000)),
        kind=chance.choice(TYPES),
        legal_person=person,
        address=_address(chance),
        founded=founded,
        scope=f"一般项目：{does}。（依法须经批准的项目除外）",
    )


def draw_front(card: IdCard, chance: Random) -> Image.Image:
    """The side with the portrait."""
    sheet = _paper(CARD_SIZE, chance)
    pen = ImageDraw.Draw(sheet)
    size = chance.choice((35, 36, 38))
    for y, label, x, text in (
        (66, "姓 名", 190, card.name), (148, "性 别", 190, card.sex), (228, "出 生", 0, ""),
        (308, "住 址", 0, ""), (538, "公民身份号码", 0, ""),
    ):  # fmt: skip
        pen.text((70, y), label, LABEL, _font(SANS, 30))
        pen.text((x, y - 5), text, INK, _font(SANS, size + (4 if y == 66 else 0)))
    pen.text((330, 148), "民 族", LABEL, _font(SANS, 30))
    pen.text((430, 143), card.ethnicity, INK, _font(SANS, size))
    _write_birth(pen, card.birth, size)
    for row, line in enumerate(_folded(card.address, NARROW)):
        pen.text((190, 303 + 52 * row), line, INK, _font(SANS, size))
    for place, character in enumerate(card.number):
        pen.text((330 + 33 * place, 528), character, INK, _font(BOLD, 44))
    _draw_portrait(pen, (660, 90, 960, 460))
    pen.text((930, 20), "样本", MARK, _font(SANS, 26))
    return sheet


def draw_back(back: IdBack, chance: Random) -> Image.Image:
    """The side with the issuing authority."""
    sheet = _paper(CARD_SIZE, chance)
    pen = ImageDraw.Draw(sheet)
    until = f"{back.valid_until:%Y.%m.%d}" if back.valid_until else "长期"
    pen.text((330, 90), "中华人民共和国", INK, _font(SERIF, 64))
    pen.text((340, 200), "居民身份证", INK, _font(SERIF, 88))
    pen.ellipse((70, 70, 270, 280), outline=STAMP, width=14)
    pen.text((200, 450), "签发机关", INK, _font(SANS, 32))
    pen.text((390, 446), back.authority, INK, _font(SANS, 36))
    pen.text((200, 530), "有效期限", INK, _font(SANS, 32))
    pen.text((390, 526), f"{back.valid_from:%Y.%m.%d}-{until}", INK, _font(SANS, 36))
    pen.text((930, 20), "样本", MARK, _font(SANS, 26))
    return sheet


def draw_licence(licence: Licence, chance: Random) -> Image.Image:
    """A sheet in the layout of 2019: two columns below the title."""
    sheet = _paper(SHEET_SIZE, chance)
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((25, 25, 1574, 1104), outline=(170, 130, 60), width=8)
    pen.text((580, 90), "营业执照", INK, _font(SERIF, 108))
    pen.text((110, 120), "统一社会信用代码", INK, _font(SANS, 30))
    pen.text((110, 165), licence.code, INK, _font(BOLD, 36))
    pen.text((1250, 130), "（副  本）", INK, _font(SANS, 36))
    founded = f"{licence.founded.year}年{licence.founded.month:02d}月{licence.founded.day:02d}日"
    left = [("名        称", licence.name), ("类        型", licence.kind),
            ("法定代表人", licence.legal_person)]  # fmt: skip
    left += [("经 营 范 围" if not row else "", line)
             for row, line in enumerate(_folded(licence.scope, 18))]  # fmt: skip
    right = [("注 册 资 本", chance.choice(("伍佰万元整", "壹仟万元整", "叁佰万元整"))),
             ("成 立 日 期", founded)]  # fmt: skip
    right += [("住        所" if not row else "", line)
              for row, line in enumerate(_folded(licence.address, 10))]  # fmt: skip
    for x, indent, rows in ((110, 190, left), (1010, 170, right)):
        for row, (label, text) in enumerate(rows):
            pen.text((x, 350 + 78 * row), label, INK, _font(SANS, 30))
            pen.text((x + indent, 347 + 78 * row), text, INK, _font(SANS, 34))
    pen.text((1050, 900), "登记机关", INK, _font(SANS, 34))
    pen.ellipse((1150, 840, 1370, 1060), outline=STAMP, width=6)
    pen.text((1480, 45), "样本", MARK, _font(SANS, 30))
    return sheet


def png(sheet: Image.Image, said: IdCard | IdBack | Licence) -> bytes:
    """The drawing as a file that says of itself that it is a sample."""
    marked = PngImagePlugin.PngInfo()
    marked.add_itxt("Comment", "样本，合成数据，不对应任何人或单位")
    marked.add_itxt("Fields", str({key: str(value) for key, value in asdict(said).items()}))
    stream = BytesIO()
    sheet.save(stream, "PNG", pnginfo=marked)
    return stream.getvalue()


def _address(chance: Random) -> str:
    street = (
        f"山东省济南市{chance.choice(DISTRICTS)}{chance.choice(ROADS)}{chance.randint(1, 399)}号"
    )
    if chance.random() < 0.3:
        return street
    return (f"{street}{chance.randint(1, 28)}号楼{chance.randint(1, 4)}单元"
            f"{chance.randint(101, 2604)}室")  # fmt: skip


def _write_birth(pen: ImageDraw.ImageDraw, birth: date, size: int) -> None:
    """Figures in ink, 年 月 日 in the colour of labels, spaced as on the card."""
    x = 190
    for text, ink, width in (
        (str(birth.year), INK, 100), ("年", LABEL, 45), (str(birth.month), INK, 60),
        ("月", LABEL, 45), (str(birth.day), INK, 60), ("日", LABEL, 0),
    ):  # fmt: skip
        pen.text((x, 224 if ink == INK else 228), text, ink,
                 _font(SANS, size if ink == INK else 30))  # fmt: skip
        x += width


def _draw_portrait(pen: ImageDraw.ImageDraw, box: tuple[int, int, int, int]) -> None:
    """A grey shape where the photograph would be."""
    left, top, right, bottom = box
    middle = (left + right) // 2
    pen.rectangle(box, fill=(205, 210, 215))
    pen.ellipse((middle - 65, top + 50, middle + 65, top + 220), fill=(180, 170, 160))
    pen.pieslice((left + 30, top + 210, right - 30, bottom + 120), 180, 360, fill=(90, 100, 120))


def _folded(text: str, width: int) -> list[str]:
    return [text[start : start + width] for start in range(0, len(text), width)]


def _paper(size: tuple[int, int], chance: Random) -> Image.Image:
    """A faint wavy ground, so that letters do not stand on pure white."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    shift = chance.random() * 6
    layers = [
        base + 7 * np.sin(x / wave + 4 * np.sin(y / 40 + shift)) + 5 * np.sin(y / 11 + x / 57)
        for base, wave in ((240, 17), (238, 22), (232, 27))
    ]
    return Image.fromarray(np.clip(np.stack(layers, axis=2), 0, 255).astype(np.uint8))


@lru_cache(maxsize=64)
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / name), size)
