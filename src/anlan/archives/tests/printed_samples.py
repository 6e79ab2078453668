"""Invented data for every document of the archive."""

from anlan.archives.documents import (
    Certificate,
    ClassCover,
    EvaluationReport,
    EvidenceLine,
    ExamLine,
    Fact,
    LearnerRecord,
    Satisfaction,
    SessionLine,
)
from anlan.lib.typeset import qr_svg

MADE_AT = "2026-11-25T17:30:00+08:00"
NUMBER = "KB-370102-2026-0037"
TITLE = "危险化学品企业班组长工伤预防能力提升培训（第三期）"
PROVIDER = "泉城安全技术培训中心"
VERIFY_URL = "https://anlan.example.org/c/ZS-2026-000137-7K4Q"
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def fact(label: str, value: str) -> Fact:
    return {"label": label, "value": value}


def a_certificate(name: str = "欧阳安澜") -> Certificate:
    return {
        "made_at": MADE_AT,
        "synthetic": True,
        "number": "ZS-2026-000137",
        "name": name,
        "id_masked": "3701**********1234",
        "class_title": TITLE,
        "class_number": NUMBER,
        "hours": "24",
        "dates": "2026年11月23日至25日",
        "provider": PROVIDER,
        "results": [
            fact("理论考核", "92 分（合格线 80 分）"),
            fact("实操考核", "88 分（合格线 80 分）"),
            fact("到课", "6 / 6 场，24 学时"),
        ],
        "issuer": "演示市人力资源和社会保障局",
        "issued_on": "2026年11月25日",
        "valid_until": "2029年11月24日",
        "verify_url": VERIFY_URL,
        "qr_svg": qr_svg(VERIFY_URL),
    }


def some_sessions() -> list[SessionLine]:
    topics = [
        "工伤预防政策与典型事故",
        "危险化学品特性与防护",
        "作业票与能量隔离",
        "应急处置",
        "实操训练",
        "考核",
    ]
    return [
        {
            "when": f"11月{23 + n // 2}日 {'周一周二周三'[n // 2 * 2 :][:2]}{'上午' if n % 2 == 0 else '下午'}",
            "topic": topic,
            "trainer": "李讲师",
            "place": "一号教室（96 ㎡）",
            "hours": "4",
            "expected": 40,
            "signed_in": 40 - n % 2,
            "signed_out": 39,
            "by_supervisor": n % 3,
            "attendance_rate": "97.5 %",
        }
        for n, topic in enumerate(topics)
    ]


def some_evidence() -> list[EvidenceLine]:
    videos: list[EvidenceLine] = [
        {"kind": "录像", "title": f"第 {n} 场全程录像", "amount": "3 小时 58 分", "sha256": HASH}
        for n in range(1, 7)
    ]
    return [
        *videos,
        {"kind": "签到表", "title": "纸质签到表扫描件", "amount": "12 页", "sha256": HASH},
        {"kind": "台账", "title": "本班台账", "amount": "512 行", "sha256": ""},
    ]


def some_exams() -> list[ExamLine]:
    return [
        {
            "title": title,
            "rule": "合格线 80 分，依据 AQ 8011-2023",
            "facts": [
                fact("应考", "40 人"),
                fact("实考", "40 人"),
                fact("合格", f"{passed} / 40 人"),
                fact("平均 / 最高 / 最低", "87.4 / 98 / 62 分"),
            ],
            "distribution": [
                {"label": "90–100 分", "count": 15},
                {"label": "80–89 分", "count": passed - 15},
                {"label": "70–79 分", "count": 0},
                {"label": "60–69 分", "count": 40 - passed},
                {"label": "60 分以下", "count": 0},
            ],
        }
        for title, passed in (("理论考核", 39), ("实操考核", 40))
    ]


def a_satisfaction() -> Satisfaction:
    return {
        "asked": 40,
        "answers": 36,
        "questions": [
            {"label": "内容有用", "average": "4.8", "of": "5"},
            {"label": "讲师讲得清楚", "average": "4.7", "of": "5"},
            {"label": "场地与设备", "average": "4.5", "of": "5"},
        ],
        "remarks": [
            "实操时间可以再多一些。",
            "#strong[标记] 与 *星号* 只是文字 <label> @ref $x$",
        ],
    }


def a_report() -> EvaluationReport:
    return {
        "made_at": MADE_AT,
        "synthetic": True,
        "class_title": TITLE,
        "class_number": NUMBER,
        "figures": [
            {"label": "参训", "value": "40 人", "note": "名额 40 人，来自 6 家企业"},
            {"label": "到课率", "value": "98.3 %", "note": "236 / 240 人次"},
            {"label": "考核合格率", "value": "97.5 %", "note": "39 / 40 人，含补考"},
            {"label": "满意度", "value": "4.7 分", "note": "36 / 40 人评价，满分 5 分"},
        ],
        "summary": [
            "本班于 2026年11月23日至25日举办，计划 24 学时，实际 24 学时，线下占 100 %。",
            "40 人参训，39 人合格；1 人理论未达合格线，已在企业补训补考并通过。",
        ],
        "facts": [
            fact("举办单位", PROVIDER),
            fact("所属项目", "2026 年危险化学品行业工伤预防培训"),
            fact("大纲", "危险化学品企业班组长（24 学时）"),
            fact("线下占比", "100 %（要求不少于 60 %）"),
            fact("场地", "一号教室 96 ㎡，每人 2.4 ㎡"),
            fact("区县初审", "同意，2026年11月10日"),
            fact("市级审批", "同意，2026年11月12日"),
            fact("班主任", "王班主任"),
        ],
        "sessions": some_sessions(),
        "exams": some_exams(),
        "makeups": [
            {
                "learner": "赵*",
                "reason": "理论 62 分，未达合格线",
                "when": "2026年11月27日 周五 09:00",
                "place": "演示化工有限公司",
                "result": "补考 85 分，合格",
            }
        ],
        "satisfaction": a_satisfaction(),
        "evidence": some_evidence(),
        "discrepancies": [
            {
                "when": "2026年11月24日 周二 13:20",
                "found": "签到 39 人，录像人数识别 38 人",
                "handled": "回看录像，一名学员在画面之外，核实在场",
                "by": "王班主任",
            }
        ],
        "signatures": [fact("编制", "王班主任"), fact("审核", "李经办"), fact("批准", "")],
    }


def a_class_cover() -> ClassCover:
    paths = [
        "evaluation.pdf",
        "roster.xlsx",
        "scores.xlsx",
        "签到/第一场签到表.pdf",
        "ledger.jsonl",
    ]
    return {
        "made_at": MADE_AT,
        "synthetic": True,
        "class_title": TITLE,
        "class_number": NUMBER,
        "provider": PROVIDER,
        "sealed_at": "2026年11月28日 周六 10:00",
        "facts": [
            fact("举办单位", PROVIDER),
            fact("所属项目", "2026 年危险化学品行业工伤预防培训"),
            fact("时间", "2026年11月23日至25日"),
            fact("参训与合格", "40 人参训，40 人合格（含补考 1 人）"),
            fact("保管期限", "五年，至 2031年11月28日"),
        ],
        "contents": [
            {"title": "培训评估报告", "path": f"data/{path}", "size": "182 KB"}
            for path in paths * 5
        ],
        "reviews": [
            {
                "when": "2026年11月8日 14:02",
                "step": "区县初审",
                "outcome": "退回修改",
                "reason": "一号教室面积未填，无法核对每人不少于 1.5 ㎡",
                "by": "李经办",
            },
            {
                "when": "2026年11月12日 09:41",
                "step": "市级审批",
                "outcome": "同意开班",
                "reason": "材料齐全，课程表与大纲一致",
                "by": "周监管员",
            },
        ],
        "changes": [
            {
                "when": "2026年11月20日 16:10",
                "what": "更换讲师",
                "before": "第三场 张讲师",
                "after": "第三场 李讲师",
                "reason": "张讲师临时出差",
                "by": "周监管员",
            }
        ],
    }


def a_learner_record() -> LearnerRecord:
    return {
        "made_at": MADE_AT,
        "synthetic": True,
        "name": "欧阳安澜",
        "id_masked": "3701**********1234",
        "facts": [
            fact("单位", "演示化工有限公司"),
            fact("岗位", "班组长"),
            fact("手机", "138****5678"),
            fact("本年度参训", "1 班 24 学时"),
        ],
        "classes": [
            {
                "title": TITLE,
                "number": NUMBER,
                "provider": PROVIDER,
                "dates": "2026年11月23日至25日",
                "hours": "24",
                "attendance": [
                    {
                        "when": session["when"],
                        "signed_in": "08:52",
                        "signed_out": "12:01",
                        "proof": "扫码",
                        "hours": "4",
                    }
                    for session in some_sessions()
                ],
                "results": [
                    {
                        "title": "理论考核",
                        "when": "2026年11月25日 14:00",
                        "score": "92 分",
                        "outcome": "合格",
                    },
                    {
                        "title": "实操考核",
                        "when": "2026年11月25日 16:00",
                        "score": "88 分",
                        "outcome": "合格",
                    },
                ],
            }
        ],
        "certificates": [
            {
                "number": "ZS-2026-000137",
                "title": TITLE,
                "issued_on": "2026年11月25日",
                "status": "有效",
            }
        ],
        "ledger": [
            {"when": "2026年11月23日 08:52", "text": f"第 {n} 场签到，扫码", "hash": HASH}
            for n in range(1, 9)
        ],
    }
