"""What each ledger verb of this room says to a reader."""

SENTENCES = {
    "doubt_found": "发现疑点（{kind}，{severity}）",
    "doubt_grew": "疑点新增一条材料（{kind}）",
    "doubt_reopened": "有新材料，疑点重新核实（{kind}）",
    "doubt_assigned": "指派核实人员",
    "doubt_asked": "请培训机构说明",
    "doubt_explained": "培训机构提交说明，附件 {files} 个",
    "order_answered": "培训机构报告整改情况，附件 {files} 个",
    "doubt_confirmed": "认定属实",
    "doubt_dismissed": "排除疑点",
    "doubt_closed": "疑点结案",
    "doubt_concluded": "疑点核实（{kind}）：{conclusion}",
    "draw_announced": "公告抽查：{monday} 起一周，{method}抽取 {count} 期，候选 {candidates} 期",
    "draw_made": "抽取完成：{drawn}",
    "check_assigned": "指派检查人员",
    "check_reported": "抽查：清点 {counted} 人，签到 {signed} 人，{differences} 项不符",
    "check_cancelled": "未能抽查：{reason}",
    "call_backs_drawn": "抽取 {people} 名学员回访",
    "call_back_done": "一次学员回访：{outcome}",
}
