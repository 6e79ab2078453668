"""The pages of the distribution and their sheets."""

from anlan.insights.distribution.views.export import export
from anlan.insights.distribution.views.pages import (
    injuries,
    injury_calendar,
    injury_cases,
    injury_map,
    injury_pivot,
    injury_ranking,
    injury_vintages,
)

__all__ = [
    "export",
    "injuries",
    "injury_calendar",
    "injury_cases",
    "injury_map",
    "injury_pivot",
    "injury_ranking",
    "injury_vintages",
]
