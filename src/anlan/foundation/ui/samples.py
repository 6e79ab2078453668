"""What the sheet of parts shows: invented, marked as such, and the same every day."""

from datetime import datetime, timedelta
from typing import Any

from anlan.foundation.ui.charts import Chart, Point
from anlan.foundation.ui.parts import Moment, Step, Todo
from anlan.foundation.ui.tones import SIGNS

DISTRICTS = {
    "历下区": 721, "市中区": 402, "槐荫区": 534, "天桥区": 954, "历城区": 655, "长清区": 310,
    "章丘区": 639, "济阳区": 905, "莱芜区": 488, "钢城区": 120, "平阴县": 739, "商河县": 533,
    "高新区": 602, "南部山区": 88, "起步区": 45, "莱芜高新区": 60,
}  # fmt: skip
INDUSTRIES = {"交通运输": 1210, "冶金": 1172, "建筑施工": 1099, "矿山": 1074, "危险化学品": 1017}
PASSED = (880, 895, 870, 862, 880, 900, 910, 904, 890, 928, 931)
WORDS = {
    "ok": "已归档",
    "run": "培训中",
    "wait": "待审核",
    "warn": "退回修改",
    "stop": "已取消",
    "idle": "未开始",
}


def sheet(now: datetime) -> dict[str, Any]:
    """Context of `ui/sheet.html`."""
    return {
        "tones": [(tone, WORDS[tone]) for tone in SIGNS],
        "steps": [
            Step("申请", "done", "11月2日"),
            Step("区县审核", "done", "11月4日"),
            Step("市级批准", "done", "11月6日"),
            Step("培训中", "now", "第 3 个半天"),
            Step("结班"),
            Step("归档"),
        ],
        "todos": [
            Todo("某化工企业登记待核准", "#", "核对", "钢城区", now - timedelta(days=2)),
            Todo("专题班第 8 期待批准", "#", "审批", "60 人", now + timedelta(days=1)),
            Todo("专题班第 3 期调整讲师", "#", "处理", "", now + timedelta(days=5)),
        ],
        "facts": [("培训机构", "某技师学院"), ("面积", "118 ㎡，人均 1.9 ㎡")],
        "moments": [
            Moment(now, "第 3 个半天签到 47 人", "班主任 王*", "ok"),
            Moment(now - timedelta(days=2), "退回修改：缺消防通道照片", "区县经办 赵*", "warn"),
        ],
        "districts": Chart(
            "sheet-districts",
            "天桥区、济阳区人次最多，合计占全市 24%",
            "人次",
            [Point(name, value, "#" + name) for name, value in DISTRICTS.items()],
            "演示数据",
        ),
        "industries": Chart(
            "sheet-industries",
            "交通运输人次最多，是危险化学品的 1.2 倍",
            "人次",
            [Point(name, value) for name, value in INDUSTRIES.items()],
            "演示数据",
        ),
        "passed": Chart(
            "sheet-passed",
            "10 月起及格率回升到 93%",
            "%",
            [
                Point(f"{month}月", count / 10, numerator=count, denominator=1000)
                for month, count in enumerate(PASSED, 1)
            ],
            "演示数据",
            places=1,
        ),
    }
