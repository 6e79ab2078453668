// What this tablet has written, and what the server has of it.
import { dayHour } from './clock.js'
import { h } from './el.js'
import { read } from './store.js'

const WORDS = { opened: '打开离线包', clock: '时钟变动', in: '签到', out: '签退', begun: '开始答题', answer: '作答', handed_in: '交卷', practical: '实操评分' }
const LONGEST = 300

export async function records(app, body) {
  const kept = new Map((await read('records', (s) => s.getAll())).map((row) => [row.no, row]))
  const shown = app.state.records.filter((one) => one.kind !== 'answer').slice(-LONGEST).reverse()
  const { fates } = app
  body.append(h('h2', {}, '记录'),
    fates ? h('p', { className: 'kit-fates' }, `系统已登记 ${fates.applied} 条，重复 ${fates.duplicate} 条，待班主任核对 ${fates.undecided} 条，等待 ${fates.waiting} 条`) : h('p', { className: 'muted' }, '还没有同步过。'),
    h('table', { className: 'table' }, h('thead', {}, h('tr', {}, ...['序号', '时间', '做了什么', '学员', '送达'].map((t) => h('th', {}, t)))),
      h('tbody', {}, ...shown.map((one) => {
        const row = kept.get(one.no) || {}
        const state = row.refused ? `被隔离：${row.refused}` : row.sent ? '已送达' : '待送'
        return h('tr', {}, h('td', {}, String(one.no)), h('td', {}, dayHour(Date.parse(one.at))), h('td', {}, WORDS[one.kind] || one.kind), h('td', {}, one.person ? app.nameOf(one.person) : ''), h('td', { className: row.sent ? 'tone-ok' : 'tone-warn' }, state))
      }))))
}
