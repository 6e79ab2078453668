"""安全指标: what the enterprise is measured by this year, and how its naming stands."""

from anlan.desks.enterprise_file.shape import Asked, Line, Section
from anlan.exemplars.queries.standing import Indicator, standing_of
from anlan.foundation.ui.formats import cn_day


def section(asked: Asked) -> Section:
    found = standing_of(asked.organization, asked.at)
    on = found.computed_on
    told = f"{cn_day(on)}凌晨汇总，当天的变化见安全指标页" if on else "此刻汇总"
    naming = Line(
        "示范企业",
        found.exemplar,
        f"{len(found.criteria)} 项条件里符合 {found.met} 项",
        href=found.check_url,
    )
    return Section(
        "standing",
        "安全指标",
        [*(_line(one) for one in found.indicators), naming],
        source=f"本年度，{told}；没有数据的不当作 0。",
        href=found.url,
        act="逐项查看",
    )


def _line(one: Indicator) -> Line:
    return Line(one.label, one.value, one.note, "stop" if one.ok is False else "")
