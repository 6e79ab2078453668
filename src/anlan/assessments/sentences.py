"""What each ledger verb of this room says to a reader."""

SENTENCES = {
    "bank_imported": "题库导入：新增 {new} 题，相同 {same} 题，未能导入 {bad} 行",
    "bank_opened": "新建题库「{title}」",
    "item_retired": "停用题目 {item}：{reason}",
    "sitting_scheduled": "安排理论考试",
    "sitting_started": "一名学员开始理论考试",
    "sitting_submitted": "一名学员交卷：{score} 分，{result}",
    "sitting_voided": "理论考试作废：{reason}",
    "sitting_lapsed": "一名学员未参加考试",
    "sitting_extended": "理论考试补时 {seconds} 秒：{reason}",
    "outage_recorded": "平台中断：{since} 至 {until}",
    "practical_scheduled": "安排实操考核",
    "practical_marked": "实操考核：{score} 分，{result}",
}
