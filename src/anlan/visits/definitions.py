"""What every figure about visits means, in the words that stand on the page."""

from anlan.hazards.definitions import Definition

DEFINITIONS = (
    Definition(
        "visited",
        "诊疗覆盖率",
        "%",
        "分母中，统计期内至少有一次专家诊疗在现场结束的企业，一家只计一次。",
        "此刻登记通过的企业。",
        "诊疗记录的现场结束时间；单位台账的登记状态。",
    ),
    Definition(
        "checked",
        "自查覆盖率",
        "%",
        "分母中，统计期内至少提交过一次自查的企业，一家只计一次。",
        "此刻登记通过的企业。",
        "自查记录的提交时间；单位台账的登记状态。",
    ),
    Definition(
        "common",
        "常见问题",
        "%",
        "统计期内答为不合格的次数。",
        "统计期内答过合格、不合格或建议改进的次数；不适用不计。",
        "自查和专家诊疗的逐项答案，同一检查项跨版本按编号合并。",
    ),
    Definition(
        "days",
        "销号天数中位数",
        "天",
        "统计期内销号的隐患，从登记到销号的天数从小到大排列，取正中的一个。",
        "统计期内销号、由自查或诊疗发现的隐患。",
        "隐患台账的上报时间和销号时间；满 24 小时计 1 天，保留一位小数。",
    ),
)
