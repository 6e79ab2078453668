"""What each ledger verb of this room says to a reader."""

SENTENCES = {
    "signed_in": "一名学员签到（{proof}）",
    "signed_out": "一名学员签退（{proof}）",
    "mark_corrected": "更正一名学员的{kind}时间：{before} 改为 {after}",
    "sheet_filed": "纸质签到表扫描件归档",
}
