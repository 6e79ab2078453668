"""What each ledger verb of this room says to a reader."""

SENTENCES = {
    "batch_imported": (
        "导入「{source}」{rows} 行：新增 {new}，更新 {changed}，未变 {same}，未能导入 {refused}"
    ),
    "batch_undone": "撤销一批导入：收回 {withdrawn} 项，恢复 {restored} 项",
    "batch_copied": "下载导入批次的{what}，用途：{reason}",
    "batch_file_removed": "按保管期限销毁上传的文件，哈希保留",
    "employer_named": "核对「{source}」的一个单位名称：{cases} 件案件、{months} 个月人数对上单位",
    "employer_not_ours": "核对「{source}」的一个单位名称：不是平台上的单位",
    "employer_naming_undone": "撤销一项单位名称核对：{cases} 件案件、{months} 个月人数回到待核对",
    "narrative_read": "查看案件的经过描述",
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
