"""Synthetic narratives (合成数据): no person, no accident stands behind any of them."""

from datetime import date, timedelta
from random import Random

from anlan.methods.coding import Cases, Recipe
from anlan.methods.coding.features import Cut

KINDS = {
    "高处坠落": (
        "工人在{where}作业时从{high}坠落，{part}受伤",
        "作业人员未系安全带，由{high}跌下摔伤{part}",
        "worker fell from the {high_en} and broke the {part_en}",
        "employee slipped off a {high_en}, landing on the {part_en}",
    ),
    "机械伤害": (
        "操作工清理{machine}时{part}被卷入",
        "{machine}未停机，{part}被夹伤",
        "operator caught the {part_en} in a running {machine_en}",
        "the {machine_en} crushed the {part_en} of an employee",
    ),
    "灼烫": (
        "检修{where}管道时蒸汽喷出，烫伤{part}",
        "高温熔渣溅出，灼伤工人{part}",
        "hot steam burned the {part_en} of a worker",
        "employee was scalded on the {part_en} by boiling water",
    ),
}
WORDS = {
    "where": ("车间", "仓库", "工地", "码头"),
    "high": ("脚手架", "梯子", "屋面", "平台"),
    "high_en": ("ladder", "scaffold", "roof", "platform"),
    "machine": ("冲床", "皮带机", "搅拌机", "切割机"),
    "machine_en": ("press", "conveyor", "mixer", "saw"),
    "part": ("手指", "左腿", "头部", "腰部"),
    "part_en": ("finger", "leg", "head", "back"),
}
NONSENSE = ("zqxj vwkp qqzzx", "囧囧囧龘靐齉", "", "！？……")
FIRST = date(2024, 1, 1)


def narratives(many: int = 360, seed: int = 7, kinds: int = 3) -> Cases:
    """So many cases, three a day, the kinds mixed."""
    chance = Random(seed)
    texts, labels = [], []
    for _ in range(many):
        label = chance.choice(list(KINDS)[:kinds])
        pattern = chance.choice(KINDS[label])
        texts.append(
            pattern.format(**{name: chance.choice(words) for name, words in WORDS.items()})
        )
        labels.append(label)
    return Cases.of(texts, labels, [FIRST + timedelta(days=at // 3) for at in range(many)])


def only(cases: Cases, chinese: bool) -> Cases:
    """The Chinese or the English ones."""
    kept = [at for at, text in enumerate(cases.texts) if text.isascii() is not chinese]
    return Cases.of(
        [cases.texts[at] for at in kept],
        [cases.labels[at] for at in kept],
        [cases.days[at] for at in kept],
    )


QUICK = Recipe(cut=Cut(skips=(2,), characters=(2, 3)))
