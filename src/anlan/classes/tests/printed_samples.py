"""Invented data for the sheets of a class."""

from anlan.classes.documents import Roster, ScoreSheet, Sheet, SignInSheet
from anlan.lib.typeset import qr_svg

SHEET: Sheet = {
    "made_at": "2026-11-22T17:30:00+08:00",
    "synthetic": True,
    "class_title": "危险化学品企业班组长工伤预防能力提升培训（第三期）",
    "class_number": "KB-370102-2026-0037",
}
NAMES = ["王安", "欧阳安澜", "阿依古丽·买买提", "李宁", "赵平"]
EMPLOYERS = ["演示化工有限公司", "泉城精细化工股份有限公司第二分公司聚合车间"]


def a_sign_in_sheet(people: int = 38) -> SignInSheet:
    return {
        **SHEET,
        "session": "11月23日 周一上午",
        "topic": "工伤预防政策与典型事故",
        "trainer": "李讲师",
        "place": "一号教室",
        "filled": False,
        "rows": [
            {
                "number": n + 1,
                "name": NAMES[n % 5],
                "id_tail": "123X",
                "employer": EMPLOYERS[n % 2],
                "in_proof": "",
                "in_at": "",
                "out_proof": "",
                "out_at": "",
            }
            for n in range(people)
        ],
        "qr_svg": qr_svg("anlan:sheet:6f9619ff-8b86-4d01-b42d-00cf4fc964ff"),
    }


def a_roster(people: int = 45) -> Roster:
    return {
        **SHEET,
        "facts": [
            {"label": "举办单位", "value": "泉城安全技术培训中心"},
            {"label": "人数", "value": f"{people} 人"},
        ],
        "rows": [
            {
                "number": n + 1,
                "name": NAMES[n % 5],
                "sex": "男" if n % 2 else "女",
                "id_masked": "3701**********1234",
                "employer": EMPLOYERS[n % 2],
                "post": "班组长",
                "phone_masked": "138****5678",
            }
            for n in range(people)
        ],
    }


def a_score_sheet(people: int = 45) -> ScoreSheet:
    return {
        **SHEET,
        "figures": [
            {"label": "应考", "value": "45 人", "note": "花名册 45 人"},
            {"label": "合格", "value": "97.8 %", "note": "44 / 45 人"},
        ],
        "rule": "理论、实操均须达到 80 分，依据 AQ 8011-2023。",
        "rows": [
            {
                "number": n + 1,
                "name": NAMES[n % 5],
                "id_masked": "3701**********1234",
                "employer": EMPLOYERS[n % 2],
                "hours": "24",
                "theory": "92",
                "practical": "88",
                "outcome": "合格",
                "certificate": f"ZS-2026-{n:06}",
            }
            for n in range(people)
        ],
        "signatures": [{"label": "考官", "value": ""}, {"label": "班主任", "value": ""}],
    }
