"""What happens at work, by trade: kinds of injury with their codes and sentences. All invented.

How often each is drawn is a guess at what a city of this mix would see; no figure of a real city
stands behind it.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One kind of injury. `old` and `new` are its names in GB/T 6441-1986 and GB 6441-2025.

    `parts` are body part codes with their word, `natures` weigh beside them; the sentences are
    filled with place, thing and part. `grave` is the share of 重伤 and of 死亡.
    """

    old: str
    new: str
    parts: tuple[tuple[str, str], ...]
    natures: tuple[str, ...]
    source: str
    manner: str
    things: tuple[str, ...]
    sentences: tuple[str, ...]
    grave: tuple[float, float] = (0.1, 0.005)
    act: str = ""
    condition: str = ""


HAND = (("1.13.3", "手指"), ("1.13.2", "手掌"), ("1.12.4", "前臂"))
FOOT = (("1.15", "脚"), ("1.15.4", "脚趾"), ("1.14.4", "小腿"))
TRUNK = (("1.10", "腰部"), ("1.08", "胸部"), ("1.14.1", "髋部"))
HEAD = (("1.01", "头部"), ("1.02", "面部"), ("1.03", "眼部"))

KINDS: Mapping[str, Kind] = {
    "machine": Kind(
        "机械伤害",
        "机械致害",
        HAND,
        ("2.05", "2.10", "2.06", "2.02"),
        "3.12",
        "5.01.2",
        ("冲床", "剪板机", "皮带输送机", "搅拌机", "车床", "压滤机"),
        (
            "在{place}操作{thing}时，未停机清理残料，{part}被夹伤",
            "{thing}运转中工件偏移，用手去扶，{part}被卷入",
            "更换{thing}模具时同伴误启动，{part}被挤压",
            "在{place}检修{thing}，防护罩已拆未复位，{part}碰到转动部件",
        ),
        (0.16, 0.004),
        "7.09",
        "6.01.1.1",
    ),
    "struck": Kind(
        "物体打击",
        "物体打击",
        (*HEAD, *FOOT),
        ("2.02", "2.06", "2.05"),
        "3.27",
        "5.02.1",
        ("钢管", "模板", "法兰", "砖块", "扳手", "石料"),
        (
            "在{place}搬运{thing}时滑落，砸伤{part}",
            "上方传递{thing}未系绳，坠落砸中{part}",
            "堆放的{thing}倒下，砸到{part}",
        ),
        (0.12, 0.008),
        "7.05",
        "6.04.4.1",
    ),
    "fall": Kind(
        "高处坠落",
        "高处坠落",
        (*TRUNK, *HEAD, ("1.15.2", "足跟")),
        ("2.06", "2.02", "2.17"),
        "3.24",
        "5.03.1",
        ("脚手架", "检修平台", "直梯", "屋面", "罐顶"),
        (
            "在{place}{thing}上作业，安全带未挂牢，坠落后{part}受伤",
            "从{thing}下来时踏空，{part}着地",
            "{thing}护栏缺失，后退时坠落，伤及{part}",
        ),
        (0.3, 0.03),
        "7.11.6",
        "6.01.1.5",
    ),
    "trip": Kind(
        "其他伤害",
        "跌落",
        (("1.15.1", "踝部"), ("1.14.3", "膝部"), ("1.13.1", "手腕")),
        ("2.09", "2.06"),
        "3.24",
        "5.04",
        ("积水地面", "电缆", "台阶", "油污地面"),
        (
            "在{place}行走时被{thing}绊倒，{part}扭伤",
            "下班前巡检，踩到{thing}滑倒，{part}受伤",
        ),
        (0.06, 0.0),
        "",
        "6.02.4.2",
    ),
    "yard": Kind(
        "车辆伤害",
        "厂（场）内车辆致害",
        FOOT,
        ("2.02", "2.06"),
        "3.06",
        "5.01.2",
        ("叉车", "装载机", "自卸车"),
        (
            "{thing}在{place}倒车时未瞭望，撞到{part}",
            "{thing}转弯货物遮挡视线，碾压{part}",
        ),
        (0.22, 0.03),
        "7.06.11",
        "6.04.5",
    ),
    "road": Kind(
        "车辆伤害",
        "道路（轨道）车辆致害",
        (*TRUNK, *FOOT),
        ("2.06", "2.17", "2.02"),
        "3.06",
        "5.01.3",
        ("货车", "小型客车", "电动自行车"),
        (
            "送货途中驾驶{thing}与前车追尾，{part}受伤",
            "外出办事，所乘{thing}避让不及侧翻，{part}受伤",
        ),
        (0.18, 0.02),
        "7.01.10",
        "",
    ),
    "lift": Kind(
        "起重伤害",
        "起重致害",
        (*HAND, *HEAD),
        ("2.02", "2.06"),
        "3.04",
        "5.02.1",
        ("行车", "塔吊", "电动葫芦"),
        (
            "{thing}吊运构件，吊索滑脱，摆动的构件撞伤{part}",
            "在{place}挂钩时指挥不清，{thing}起升，{part}被夹",
        ),
        (0.24, 0.03),
        "7.08",
        "6.02.2.3",
    ),
    "shock": Kind(
        "触电",
        "触电",
        (("1.13", "手部"), ("1.12", "上肢")),
        ("2.01",),
        "3.03",
        "5.12",
        ("配电箱", "手持电钻", "临时线缆"),
        (
            "在{place}接线未断电，{part}触电",
            "{thing}绝缘破损漏电，{part}被电击",
        ),
        (0.2, 0.06),
        "7.01.4",
        "6.01.1.7",
    ),
    "burn": Kind(
        "灼烫",
        "灼烫",
        (("1.02", "面部"), ("1.12", "上肢"), ("1.14", "下肢")),
        ("2.13", "2.07", "2.12"),
        "3.14",
        "5.07",
        ("蒸汽", "碱液", "酸液", "铁水", "热油"),
        (
            "在{place}拆卸法兰，管内残余{thing}喷出，{part}灼伤",
            "取样时{thing}溅出，未戴面罩，{part}灼伤",
        ),
        (0.14, 0.006),
        "7.11.1",
        "6.03.1",
    ),
    "gas": Kind(
        "中毒和窒息",
        "中毒",
        (("1.08", "呼吸系统"),),
        ("2.18",),
        "3.14",
        "5.11.1",
        ("硫化氢", "一氧化碳", "有机溶剂蒸气"),
        (
            "进入{place}清理，未检测未通风，吸入{thing}后头晕、乏力",
            "{thing}报警器未响，在{place}作业时感到不适，送医",
        ),
        (0.2, 0.08),
        "7.06.4",
        "6.04.2.1",
    ),
    "roof": Kind(
        "冒顶片帮",
        "坍塌",
        (*TRUNK, *HEAD),
        ("2.03", "2.06"),
        "3.20",
        "5.05",
        ("顶板", "帮壁", "浮石"),
        (
            "在{place}作业，{thing}掉落，砸压{part}",
            "未敲帮问顶即开始装药，{thing}片落，伤及{part}",
        ),
        (0.3, 0.04),
        "7.06.5",
        "6.01.2.3",
    ),
    "blast": Kind(
        "容器爆炸",
        "容器爆炸",
        (*HEAD, ("1.12", "上肢")),
        ("2.12", "2.15"),
        "3.02",
        "5.10",
        ("反应釜", "储气罐", "气瓶"),
        ("在{place}作业时{thing}超压破裂，{part}被冲击灼伤",),
        (0.36, 0.12),
        "",
        "6.02.3.1",
    ),
}
# Trade → kind → weight.
MIX: Mapping[str, Mapping[str, int]] = {
    "hazchem": {"burn": 22, "machine": 18, "struck": 14, "fall": 12, "gas": 12, "trip": 12,
                "yard": 6, "shock": 3, "blast": 1},
    "metallurgy": {"machine": 24, "burn": 20, "struck": 18, "lift": 14, "yard": 8, "trip": 10,
                   "fall": 6},
    "mining": {"struck": 22, "roof": 20, "machine": 20, "yard": 14, "fall": 10, "trip": 14},
    "building_materials": {"machine": 30, "struck": 22, "yard": 14, "fall": 12, "trip": 14,
                           "burn": 4, "lift": 4},
    "construction": {"fall": 28, "struck": 26, "machine": 14, "trip": 14, "lift": 8, "shock": 5,
                     "yard": 5},
    "transport": {"road": 46, "yard": 16, "struck": 14, "trip": 16, "fall": 8},
    "machinery": {"machine": 44, "struck": 18, "lift": 10, "trip": 12, "yard": 6, "fall": 6,
                  "burn": 4},
    "other": {"trip": 40, "struck": 18, "road": 16, "burn": 12, "machine": 10, "fall": 4},
}  # fmt: skip
# Injuries a year for a thousand insured people, before the trend.
RATES: Mapping[str, float] = {
    "hazchem": 2.4, "metallurgy": 4.6, "mining": 6.2, "building_materials": 5.1,
    "construction": 6.8, "transport": 4.0, "machinery": 5.6, "other": 1.4,
}  # fmt: skip
PLACES: Mapping[str, tuple[str, ...]] = {
    "hazchem": ("二车间反应区", "罐区东侧", "装卸台", "灌装间", "污水池"),
    "metallurgy": ("轧制线", "炉前平台", "成品跨", "修磨间"),
    "mining": ("采场 3 号面", "主运输巷", "破碎站", "排土场"),
    "building_materials": ("破碎工段", "成品库", "窑头平台", "配料楼"),
    "construction": ("2 号楼 6 层", "基坑东侧", "钢筋加工棚", "外脚手架"),
    "transport": ("装卸货场", "停车场", "检修地沟", "转运站台"),
    "machinery": ("冲压车间", "装配线", "焊接工位", "热处理间"),
    "other": ("后厨", "仓库", "楼道", "配送点"),
}
POSTS: Mapping[str, tuple[str, ...]] = {
    "hazchem": ("操作工", "检维修工", "装卸工", "分析工"),
    "metallurgy": ("轧钢工", "行车工", "炉前工", "修磨工"),
    "mining": ("采掘工", "运输工", "爆破工", "破碎工"),
    "building_materials": ("破碎工", "包装工", "装载机司机", "维修工"),
    "construction": ("架子工", "木工", "钢筋工", "普工", "电工"),
    "transport": ("驾驶员", "装卸工", "修理工"),
    "machinery": ("冲压工", "车工", "焊工", "装配工"),
    "other": ("服务员", "配送员", "保洁员", "仓管员"),
}
COMMUTE = (
    "下班途中骑电动自行车，被小型客车碰撞，{part}受伤",
    "上班途中步行过路口，与右转车辆相撞，{part}受伤",
    "上班途中驾车被追尾，{part}受伤",
)
SUDDEN = ("当班时突感胸痛倒地，送医抢救无效", "夜班巡检时突发晕厥，四十八小时内抢救无效死亡")
DISEASE = ("体检发现双耳高频听力下降，诊断为职业性噪声聋", "从事粉尘作业多年，诊断为尘肺壹期")
