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
    "face_consented": "签署刷脸同意书（{version} 版）",
    "face_withdrawn": "撤回刷脸同意，人脸特征已销毁",
    "face_enrolled": "登记人脸，只保存加密的特征",
    "face_accepted": "核对人脸登记：通过，理由：{reason}",
    "face_refused": "核对人脸登记：未通过，特征已销毁，理由：{reason}",
    "face_expired": "长期未使用，人脸特征已销毁",
    "identity_check_opened": "开始核验本人（{purpose}）",
    "identity_passed": "刷脸核验通过（{purpose}）",
    "identity_review_asked": "转人工核验（{purpose}，{route}）",
    "identity_decided": "人工核验：{result}，说明：{reason}",
    "identity_appealed": "对身份核验结果提出申诉",
    "left_everywhere": "退出了所有设备",
    "key_destroyed": "保存期满，密钥已销毁",
}
