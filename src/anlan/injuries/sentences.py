"""What each ledger verb of this room says to a reader."""

SENTENCES = {
    "batch_imported": (
        "导入「{source}」的工伤案件 {rows} 行：新增 {new}，更新 {changed}，"
        "未变 {same}，未能导入 {refused}"
    ),
    "batch_undone": "撤销一批导入：收回 {withdrawn} 件，恢复 {restored} 件",
    "injury_reported": "上报工伤快报（{severity}），照片 {photos} 张",
    "recognition_applied": "收到工伤认定申请，申请日期 {on}",
    "papers_asked": "通知补正材料，{on}",
    "recognition_accepted": "受理工伤认定，{on}",
    "recognition_suspended": "中止工伤认定，{on} 起停止计时",
    "recognition_resumed": "恢复工伤认定，{on} 起继续计时",
    "recognition_decided": "作出认定决定：{outcome}，{on}",
    "appraisal_applied": "第 {no} 次劳动能力鉴定申请，{on}",
    "appraisal_extended": "第 {no} 次劳动能力鉴定延期",
    "appraisal_graded": "第 {no} 次劳动能力鉴定作出结论，{on}",
}
