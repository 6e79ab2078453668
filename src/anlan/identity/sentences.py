"""What each ledger verb of this room says to a reader."""

SENTENCES = {
    "roster_uploaded": "上传花名册，共 {rows} 行",
    "roster_imported": (
        "花名册导入完成：新增 {new} 人，更新 {updated} 人，未变 {same} 人，未能导入 {bad} 行"
    ),
    "roster_discarded": "放弃一份未导入的花名册",
    "roster_exported": "导出花名册，{people} 人",
    "person_registered": "实名登记",
    "person_employed": "登记就业单位",
    "person_left": "登记离职",
    "phone_changed": "更正手机号，理由：{reason}",
    "field_revealed": "查看了{field}，理由：{reason}",
    "left_everywhere": "退出了所有设备",
    "export_asked": "申请导出本人的信息",
    "export_made": "已生成本人信息的副本，{rows} 条",
    "export_taken": "本人下载了信息副本",
    "deletion_asked": "申请删除本人的信息",
    "deletion_withdrawn": "撤回删除申请",
    "deletion_granted": "同意删除个人信息",
    "deletion_refused": "不予删除个人信息，理由：{reason}",
    "person_erased": "删除个人信息：清除 {erased} 条，依法保留 {kept} 条",
    "retained_revealed": "查看了受限的身份，理由：{reason}",
    "impact_drafted": "起草个人信息保护影响评估第 {version} 版",
    "impact_submitted": "提交个人信息保护影响评估第 {version} 版",
    "impact_approved": "批准个人信息保护影响评估第 {version} 版",
    "impact_returned": "退回个人信息保护影响评估第 {version} 版",
    "key_destroyed": "保存期满，密钥已销毁",
}
