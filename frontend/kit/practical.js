// The examiner's checklist: every item judged, a photo, once.
import { wall } from './clock.js'
import { choose, flash, h } from './el.js'
import { photoField } from './photo.js'

export function practical(app, body, checks) {
  body.append(h('h2', {}, checks[0].title), h('ul', { className: 'kit-roll' }, ...checks.map((one) => {
    const done = app.state.marked[one.uid]
    return h('li', {}, h('button', { type: 'button', className: done ? 'here' : 'away', disabled: !!done, onclick: () => fill(app, body, one, checks) },
      h('strong', {}, app.nameOf(one.ref)), h('small', {}, done ? '已评' : '未评')))
  })))
}

function fill(app, body, one, checks) {
  const marks = {}
  const photo = photoField(h, '拍现场照片')
  const remark = h('input', { className: 'form-control', id: 'kit-remark', maxLength: 200 })
  const say = h('p', { className: 'tone-stop', role: 'alert' })
  const rows = one.items.map((item, no) => h('fieldset', { className: 'kit-check' }, h('legend', {}, `${no + 1}. ${item.text}`, item.critical ? h('small', { className: 'tone-warn' }, ' 关键项') : null),
    h('div', { className: 'kit-pair' }, ...[['合格', true], ['不合格', false]].map(([words, met]) => h('label', { className: 'btn' },
      h('input', { type: 'radio', name: item.key, onchange: () => { marks[item.key] = met } }), h('span', {}, words))))))
  const save = async () => {
    const missing = one.items.findIndex((item) => marks[item.key] === undefined)
    if (missing >= 0) { say.textContent = `第 ${missing + 1} 项还没有判定。`; flash(say.textContent, 'warn'); rows[missing].scrollIntoView({ block: 'center' }); return }
    const taken = photo.chosen()
    if (!taken) { say.textContent = '请拍一张学员操作的照片。'; return }
    if (wall() < Date.parse(one.opens_at) && await choose('实操考核还没到开放时间，同步后由班主任核对。仍要记下？', '先不', '记下') !== '记下') return
    const said = await app.save('practical', { person: one.ref, payload: { practical: one.uid, marks, photo: taken.sha256, remark: remark.value.trim() }, photo: taken })
    if (!said) return
    flash(`${app.nameOf(one.ref)} 的评分已存`)
    app.go('practical', checks)
  }
  body.replaceChildren(h('h2', {}, app.nameOf(one.ref), h('small', { className: 'muted' }, ` ${one.title}`)), ...rows, photo.element,
    h('label', { htmlFor: 'kit-remark' }, '备注（可不填）'), remark, say,
    h('div', { className: 'form-actions' }, h('button', { type: 'button', className: 'btn kit-big', textContent: '返回名单', onclick: () => app.go('practical', checks) }), h('button', { type: 'button', className: 'btn btn-primary kit-big', textContent: '存下评分', onclick: save })))
  scrollTo(0, 0)
}
