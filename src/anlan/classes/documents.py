"""What the class's sheets print: roster, sign-in sheet, score sheet.

Every text is ready to be read; `made_at` is ISO 8601 with its offset and becomes the PDF's date.
"""

from typing import TypedDict


class Fact(TypedDict):
    label: str
    value: str


class Figure(TypedDict):
    label: str
    value: str
    note: str


class Sheet(TypedDict):
    made_at: str
    synthetic: bool
    class_title: str
    class_number: str


class SignInRow(TypedDict):
    number: int
    name: str
    id_tail: str  # the last four characters of the ID number
    employer: str
    in_proof: str  # 扫码; empty on a sheet that is to be signed
    in_at: str  # 08:21
    out_proof: str
    out_at: str


class SignInSheet(Sheet):
    session: str  # 11月23日 周一上午
    topic: str
    trainer: str
    place: str
    filled: bool  # with the marks as they stand, no lines left to sign on
    rows: list[SignInRow]
    qr_svg: str  # names class and session, so that the scan files itself


class RosterRow(TypedDict):
    number: int
    name: str
    sex: str
    id_masked: str
    employer: str
    post: str
    phone_masked: str


class Roster(Sheet):
    facts: list[Fact]
    rows: list[RosterRow]


class ScoreRow(TypedDict):
    number: int
    name: str
    id_masked: str
    employer: str
    hours: str
    theory: str
    practical: str
    outcome: str
    certificate: str


class ScoreSheet(Sheet):
    figures: list[Figure]
    rule: str  # pass marks and the clause they rest on
    rows: list[ScoreRow]
    signatures: list[Fact]
