"""Reads of this room. `standing_of` is what the enterprise page asks."""

from anlan.exemplars.queries.standing import Indicator, StandingNow, standing_of

__all__ = ["Indicator", "StandingNow", "standing_of"]
