"""The back of a card: whether it is asked for, what it said, whether the card has run out."""

import json
import re
from datetime import date

from anlan.foundation.rules.queries import Rulebook, rulebook
from anlan.identity.models import BackStatus, CardBack, Person
from anlan.lib import idnumber
from anlan.vision.printed import LONG_TERM, PROVINCES

# 居民身份证法 art. 5: years from 16, from 26, and no end from 46; younger ones have 5.
TERMS = ((16, 5), (26, 10), (46, 20))
LOOSELY = 1  # year: a card may be asked for before the birthday and printed after it
PLACES = re.compile(r"[一-鿿]{2,8}?(?:特别行政区|自治区|自治州|自治县|省|市|区|县|旗|盟|州)")
SUFFIX = re.compile(r"(?:特别行政区|自治区|自治州|自治县|省|市|区|县|旗|盟|州)$")
OFFICES = re.compile(r"公安局|公安厅|公安分局|分局|派出所|局$|厅$")


def asks_for_back(on: date, book: Rulebook | None = None) -> bool:
    return (book or rulebook(on)).whole("identity.card_back") > 0


def back_of(person: Person, on: date) -> CardBack | None:
    """What is known of the card's back; nothing while no rule asks for it."""
    if not asks_for_back(on):
        return None
    return CardBack.objects.filter(person=person).first()


def has_run_out(back: CardBack | None, on: date) -> bool:
    """Whether the card's last day is known and over; the day itself still counts."""
    until = back.valid_until if back else ""
    return until not in ("", LONG_TERM) and until < on.isoformat()


def told_of(back: CardBack) -> tuple[str, str]:
    """Authority and first day, empty when they have been forgotten."""
    said = json.loads(back.told or "{}")
    return said.get("authority", ""), said.get("valid_from", "")


def wants_a_back(person: Person, on: date) -> bool:
    """Whether the person should photograph it: none yet, misread, or run out."""
    if not asks_for_back(on):
        return False
    back = back_of(person, on)
    if back is None or back.status == BackStatus.WAITING:
        return back is None
    return back.status == BackStatus.RETAKE or has_run_out(back, on)


def term_fits(birth: date, start: str, until: str) -> bool:
    """Whether a card of this length is issued at that age, a year about."""
    first = date.fromisoformat(start)
    years = None if until == LONG_TERM else date.fromisoformat(until).year - first.year
    age = first.year - birth.year - ((first.month, first.day) < (birth.month, birth.day))
    return years in {_term(near) for near in range(age - LOOSELY, age + LOOSELY + 1)}


def in_one_place(authority: str, *, number: str, address: str = "") -> bool:
    """Loosely: with an address, whether it names a place of the authority; without, whether the
    province that the authority names is the number's. Who moved has another one, rightly."""
    named = next((code for name, code in PROVINCES.items() if authority.startswith(name)), None)
    if not address:
        return named is None or idnumber.parse(number).region[:2] == str(named)
    places = _places(authority)
    return not places or any(place in address for place in places)


def _term(age: int) -> int | None:
    return next((years for below, years in TERMS if age < below), None)


def _places(authority: str) -> set[str]:
    """Names of places without what kind of place it is: 济南市公安局历下区分局 → 济南, 历下."""
    found = set()
    for part in OFFICES.split(authority):
        whole = PLACES.findall(part)
        rest = PLACES.sub("", part)
        found |= {SUFFIX.sub("", one) for one in [*whole, rest]}
    return {one for one in found if len(one) > 1}
