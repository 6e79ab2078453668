"""What every figure means, in the words that stand on the page."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Definition:
    """One figure: what is counted, from where, and what is left out; of a rate its two parts."""

    key: str
    name: str
    unit: str
    counts: str
    source: str
    leaves_out: str
    formula: str = ""
    numerator: str = ""
    denominator: str = ""


DEFINITIONS = (
    Definition(
        "classes",
        "班次",
        "期",
        "已有学员签到开课、或已结班的培训班，一个班号计一期。",
        "培训班台账；按首日所在年度归年。",
        "未开课和已取消的班不计。",
    ),
    Definition(
        "sessions",
        "场次",
        "场",
        "班次课程表中的半天，至少有一人签到才计一场。",
        "签到登记册，实时统计。",
        "排了课但无人签到的半天不计。",
    ),
    Definition(
        "attendances",
        "人次",
        "人次",
        "每人每场签到计一人次：一人参加 6 个半天计 6 人次。",
        "已结班的班取结班当日冻结的数；进行中的班按签到登记册实时统计。",
        "线上自学不计；只签退未签到不计。",
    ),
    Definition(
        "people",
        "参训人数",
        "人",
        "在本年度班次中至少签到过一次的学员，按身份证号去重，一人参加几个班都计一人。",
        "学员名单与签到登记册，实时统计。",
        "报了名没有到场、已退出、已被替换的学员不计。",
    ),
    Definition(
        "enterprises",
        "参训企业",
        "家",
        "至少有一名学员签到过的登记企业，按统一社会信用代码去重。",
        "分子实时统计；分母是辖区内审核通过的登记企业。",
        "学员所属单位未通过审核的不计；培训机构、院校、部门不计。",
    ),
    Definition(
        "passed",
        "合格率",
        "%",
        "合格人数 ÷ 学员总数。合格须学时、理论、实操三项都达到要求，含补考合格。",
        "只取已结班的班，用结班当日冻结的合格数与在册数相除。",
        "进行中的班不进入分子和分母；放弃补考的学员留在分母。",
    ),
    Definition(
        "coverage",
        "企业覆盖",
        "%",
        "企业花名册在职人员中，本年度至少签到过一次的人所占比例。",
        "花名册与签到登记册，实时统计。",
        "已离职人员不计入分母；其参训记录仍保留在一人一档。",
    ),
)
