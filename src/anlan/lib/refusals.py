"""Refuse aloud: what cannot be done raises a named error, said to the person in plain Chinese."""


class Refused(Exception):
    """A request that the rules of the trade do not allow.

    `message` says what happened, `next_step` what the person can do now; both are plain Chinese.
    """

    status = 409

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step


class BadInput(Refused):
    """What was typed or uploaded cannot be used as it is."""

    status = 422


class NotAllowed(Refused):
    """The object has left the state that this step starts from."""


WORDS_MAX = 500


def said(text: str, missing: str, most: int = WORDS_MAX) -> str:
    """Words that a step can't do without, trimmed; at most so many signs."""
    words = text.strip()
    if not words:
        raise BadInput(missing, "写明以后再提交，其余内容都还在。")
    if len(words) > most:
        raise BadInput(f"最多 {most} 字，现在有 {len(words)} 字。", "请精简后再提交。")
    return words
