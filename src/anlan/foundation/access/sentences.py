"""What each ledger verb of this room says to a reader."""

SENTENCES = {
    "account_opened": "开立账号，理由：{reason}",
    "account_closed": "停用账号，理由：{reason}",
    "account_reopened": "恢复账号，理由：{reason}",
    "account_unlocked": "解除登录锁定，理由：{reason}",
    "account_unlocked_by_phone": "用短信验证码解除了登录锁定",
    "contact_phone_kept": "登记了联系手机号",
    "password_changed": "修改了密码",
    "password_set": "用重设码设置了密码",
    "reset_code_handed": "发出密码重设码，理由：{reason}",
    "role_proposed": "提名 {role}，理由：{reason}",
    "role_given": "授予 {role}，理由：{reason}",
    "role_refused": "未同意授予 {role}，理由：{reason}",
    "role_ended": "终止 {role}，理由：{reason}",
    "second_factor_added": "设置了一种两步验证",
    "second_factor_removed": "移除了一种两步验证",
    "recovery_codes_made": "重新生成了备用码",
    "second_factors_taken": "重设两步验证，理由：{reason}",
    "session_ended": "退出了一台设备",
    "sso_linked": "与单点登录身份相连",
    "sso_unlinked": "解除与单点登录身份的连接，理由：{reason}",
}
