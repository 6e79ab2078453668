"""What every indicator means, in the words of the page, the export and the evidence."""

from dataclasses import dataclass
from typing import Literal

Shape = Literal["share", "days", "count"]


@dataclass(frozen=True)
class Definition:
    """One indicator. `low` says that less is better."""

    key: str
    name: str
    unit: str
    numerator: str
    denominator: str
    source: str
    counts: str = ""  # the measure word of numerator and denominator
    shape: Shape = "share"
    low: bool = False


NONE = "不是比率，没有分母。"
DEFINITIONS = (
    Definition(
        "training",
        "参训率",
        "%",
        "期末在花名册上、且在首日落在统计期内的培训班签到过至少一次的职工，同一人计一次。",
        "期末花名册在职人数与统计期内最近一个月参保人数中较大的一个；没有参保人数时按花名册。",
        "培训班签到登记册、企业花名册、参保人数表。",
        "人",
    ),
    Definition(
        "pass",
        "考核通过率",
        "%",
        "分母中理论、实操都合格的（补考合格的计入）。",
        "首日落在统计期内、已结班的培训班中本企业的学员，含缺考和放弃补考的，每班每人计一次。",
        "理论考试和实操考核的成绩。",
        "人次",
    ),
    Definition(
        "ppe",
        "防护用品规范佩戴率",
        "%",
        "被清点的人中规范佩戴防护用品的。",
        "统计期内最近一次清点的人数。专家清点的优先于企业自报的。",
        "专家入企检查表；没有专家清点时取企业自报。",
        "人",
    ),
    Definition(
        "mechanisation",
        "机械化率",
        "%",
        "被清点的作业工序中由机械完成的。",
        "统计期内最近一次清点的工序数。专家清点的优先于企业自报的。",
        "专家入企检查表；没有专家清点时取企业自报。",
        "道",
    ),
    Definition(
        "drills",
        "异常工况演练达标率",
        "%",
        "分母中实际用时不超过要求用时的。",
        "演练日期在统计期内的应急演练，已退回的不计。",
        "企业申报的演练记录，附照片或录像，由区县核实。",
        "次",
    ),
    Definition(
        "drill_speed",
        "异常工况处置用时",
        "%",
        "演练实际用时之和（秒）。",
        "同一批演练要求用时之和（秒）。低于 100% 即快于要求。",
        "企业申报的演练记录，附照片或录像，由区县核实。",
        "秒",
        low=True,
    ),
    Definition(
        "free_days",
        "连续无事故天数",
        "天",
        "最近一次工作中受伤之日到期末的天数；没有受伤记录的，从平台最早的工伤记录或企业登记之日"
        "（取较晚的）算起。情形未说明的按工作中受伤计，上下班途中、突发疾病、职业病不计。",
        NONE,
        "工伤案件，按受伤日期。",
        "天",
        "days",
    ),
    Definition(
        "shutdowns",
        "检修期零事故率",
        "%",
        "分母中没有发生工作中受伤的。",
        "结束后已满规定天数、且该日落在统计期内的检修期；检修期间和结束后的规定天数合为一个窗口。",
        "企业申报的检修期；工伤案件，按受伤日期。",
        "个",
    ),
    Definition(
        "spending",
        "安全投入",
        "%",
        "当年实际使用的安全生产费用（元）。",
        "当年按《企业安全生产费用提取和使用管理办法》应提取的金额（元），由企业申报。",
        "企业申报，附证明材料；区县没有核实的标注未核实。",
        "元",
    ),
    Definition(
        "rectification",
        "隐患整改率",
        "%",
        "分母中按期完成的：整改在期限内提交，经他人复查通过并销号，之后没有被重新打开。",
        "整改期限落在统计期内、且已到期的整改任务。",
        "隐患台账的期限、提交、销号和重新打开时间。",
        "条",
    ),
    Definition(
        "expert",
        "专家入企",
        "次",
        "统计期内专家到企业完成检查的次数。",
        NONE,
        "专家入企检查记录。",
        "次",
        "count",
    ),
)
BY_KEY = {one.key: one for one in DEFINITIONS}
