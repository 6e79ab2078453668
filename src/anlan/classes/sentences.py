"""What each ledger verb of this room says to a reader."""

SENTENCES = {
    "class_edited": "修改申请",
    "class_drafted": "起草申请",
    "class_submitted": "提交申请",
    "class_reviewed": "区县审核同意：{reason}",
    "class_returned": "{stage}退回修改：{reason}",
    "class_approved": "市级审批同意开班：{reason}",
    "class_cancelled": "取消开班：{reason}",
    "change_asked": "申请变更（{kind}）：{reason}",
    "change_granted": "同意变更（{kind}）：{reason}",
    "change_refused": "不同意变更（{kind}）：{reason}",
    "change_withdrawn": "撤回变更申请",
    "enrolled": "一名学员报名（{source}）",
    "substituted": "一名学员由他人替换参训：{reason}",
    "withdrawn": "一名学员退出：{reason}",
    "gave_up": "一名学员放弃补考：{reason}",
    "class_started": "开班",
    "exam_arranged": "为 {people} 名学员安排结业考核",
    "makeup_arranged": "安排补考：{place}",
    "survey_received": "收到一份满意度评价",
    "class_closed": "结班：{passed}/{enrolled} 人合格",
}
