"""风险: no score that nobody can check, but the signs that were looked for and those found."""

from collections.abc import Sequence

from anlan.desks.enterprise_file.shape import Asked, Line, Section
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import code_name


def section(asked: Asked, others: Sequence[Section]) -> Section:
    """How many of the signs stand, which, and what each was computed from."""
    body = asked.organization
    signs = [sign for one in others for sign in one.signs]
    found = [sign.words for sign in signs if sign.found]
    clear = [sign.words for sign in signs if not sign.found]
    lines = [
        Line(
            "风险信号",
            f"{len(signs)} 个里出现 {len(found)} 个" if found else f"{len(signs)} 个都没有出现",
            "；".join(found),
            tone="warn" if found else "ok",
        ),
        *([Line("其余信号", "；".join(clear))] if clear and found else []),
        Line(
            "重点行业",
            code_name(System.KEY_INDUSTRY, body.key_industry),
            "有危险化学品许可" if body.hazardous else "",
        ),
        *(line for one in others for line in one.risks),
    ]
    return Section(
        "risk",
        "风险",
        lines,
        source="由下面各栏的数据逐项判断，不打分；每一项都能在对应栏目里核对。",
    )
