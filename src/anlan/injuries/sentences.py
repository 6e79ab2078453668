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
    "narratives_coded": "为 {asked} 条经过描述给出编码建议：机器采用 {applied}，交人工 {waiting}",
    "code_reviewed": "人工编码：{target}为「{name}」",
    "code_review_undone": "撤回人工编码：{target}「{name}」",
    "machine_code_taken_back": "退回机器编码：{target}「{name}」，交人工复核",
    "coder_asked_for": "要求训练「{task}」编码模型第 {number} 版",
    "coder_trained": "训练完成「{task}」编码模型第 {number} 版，用 {rows} 条",
    "coder_put_in_use": "启用「{task}」编码模型第 {number} 版",
    "coder_taken_out": "停用「{task}」编码模型第 {number} 版",
    "case_recoded": "按 GB 6441-2025 补编事故类别：「{name}」",
    "recoding_undone": "撤回补编的事故类别「{name}」",
    "appraisal_graded": "第 {no} 次劳动能力鉴定作出结论，{on}",
}
