"""What each ledger verb of this room says to a reader."""

SENTENCES = {
    "signed_in": "一名学员签到（{proof}）",
    "signed_out": "一名学员签退（{proof}）",
    "mark_corrected": "更正一名学员的{kind}时间：{before} 改为 {after}",
    "sheet_filed": "纸质签到表扫描件归档",
    "register_placed": "登记签到地点",
    "mark_confirmed": "核对一条{kind}：保留",
    "mark_struck": "划除一条{kind}，不计学时",
    "went_out": "一名学员中途离场",
    "came_back": "一名学员返回，离场 {minutes} 分钟",
    "leave_asked": "一名学员请假",
    "leave_granted": "准假",
    "leave_refused": "未准假",
    "leave_withdrawn": "一名学员撤回请假",
    "phone_released": "解除绑定的签到手机",
}
