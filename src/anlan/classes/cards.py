"""What a reader of second-generation ID cards types, and the number in it.

Such a reader stands at a desk as a keyboard: it types the number and Enter, or the card's lines one
after the other. Only the number is taken from it. It is read, not shown, and not kept: the record
that it makes names the person whom the number finds.
"""

import re
import unicodedata

from anlan.lib import idnumber
from anlan.lib.refusals import BadInput

_EIGHTEEN = re.compile(r"(?<!\d)\d{17}[\dXx](?![\dXx])")
LONGEST = 600  # characters of a card with its address


def read_card(text: str) -> str:
    """The one valid number (GB 11643) in what a reader typed; `BadInput` says what was wrong."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST])
    found = list(dict.fromkeys(_EIGHTEEN.findall(plain)))
    if not found:
        raise BadInput(
            "没有读到身份证号。", "请把证件平放在读卡器上再刷一次；读不出时用“代签”登记。"
        )
    wrong = ""
    for candidate in found:
        try:
            return idnumber.parse(candidate).number
        except idnumber.BadIdNumber as bad:
            wrong = str(bad)
    raise BadInput(f"读到的号码不是有效的身份证号：{wrong}。", "请再刷一次，或用“代签”登记。")
