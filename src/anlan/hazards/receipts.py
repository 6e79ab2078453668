"""The receipt code of a tip: drawn with the form, known to the teller alone.

It travels in the form under the platform's signature, so that a form sent twice over a bad network
is one tip with one code. 16 signs of 32 are 80 bits: nobody guesses one.
"""

import secrets

from django.core import signing

from anlan.lib.refusals import BadInput

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
SIGNS, GROUP = 16, 4
SALT = "hazards.tip.receipt"
LASTS = 24 * 3600  # a form left open longer is drawn anew


def new_ticket() -> str:
    """A fresh code under signature, for the form's hidden field."""
    return signing.TimestampSigner(salt=SALT).sign(_fresh())


def code_of(ticket: str) -> str:
    """The code in a form that came back; `BadInput` for one that this platform didn't draw."""
    try:
        return signing.TimestampSigner(salt=SALT).unsign(ticket, max_age=LASTS)
    except signing.BadSignature as wrong:
        raise BadInput(
            "页面停留太久，没有提交。", "请返回复制已写的内容，刷新页面后再提交。"
        ) from wrong


def _fresh() -> str:
    signs = "".join(secrets.choice(ALPHABET) for _ in range(SIGNS))
    return "-".join(signs[at : at + GROUP] for at in range(0, SIGNS, GROUP))
