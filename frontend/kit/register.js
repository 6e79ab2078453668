// Who is here: a card on the reader, the number's last four, a name, or the teacher's tick.
import { choose, dialog, flash, h } from './el.js'
import { hourMinute, wall } from './clock.js'
import { commitment } from './keys.js'
import { photoField } from './photo.js'

const WORDS = { in: '签到', out: '签退' }
const READER_MS = 45 // between two keys: a reader types faster than any hand

export function register(app, body, one) {
  let mode = wall() < Date.parse(one.leave_from) ? 'in' : 'out'
  const signed = () => app.state.signed[one.uid]
  const modes = h('div', { className: 'kit-modes', role: 'group', label: '签到或签退' })
  const entry = h('input', { className: 'form-control kit-entry', autocomplete: 'off', spellcheck: false, placeholder: '刷身份证，或输入末四位、姓名', id: 'kit-entry' })
  const count = h('p', { className: 'kit-count', role: 'status' })
  const roll = h('ul', { className: 'kit-roll' })
  const stamps = []

  function draw() {
    modes.replaceChildren(...Object.entries(WORDS).map(([key, words]) => {
      const button = h('button', { type: 'button', className: key === mode ? 'btn btn-primary' : 'btn', textContent: words, onclick: () => { mode = key; draw(); entry.focus() } })
      button.setAttribute('aria-pressed', String(key === mode))
      return button
    }))
    const { in: came, out: left } = signed()
    const here = app.parcel.people.filter((p) => came[p.ref]).length
    count.textContent = `到 ${here} 人，未到 ${app.parcel.people.length - here} 人，签退 ${app.parcel.people.filter((p) => left[p.ref]).length} 人`
    const filter = entry.value.trim()
    const shown = app.parcel.people.filter((p) => !filter || /^[0-9]/.test(filter) || p.name.includes(filter))
    roll.replaceChildren(...shown.map(line))
  }

  function line(person) {
    const came = signed().in[person.ref], left = signed().out[person.ref]
    const words = came ? `${hourMinute(Date.parse(came))} 到${left ? `，${hourMinute(Date.parse(left))} 签退` : ''}` : '未到'
    return h('li', {}, h('button', { type: 'button', className: came ? 'here' : 'away', onclick: () => tick(person) },
      h('strong', {}, person.name), h('small', {}, words), h('small', { className: 'muted' }, person.org)))
  }

  async function mark(person, how, more = {}, photo = null) {
    if (signed()[mode][person.ref]) { flash(`${person.name} 已${WORDS[mode]}，无需重复。`, 'warn'); return }
    if (mode === 'out' && !signed().in[person.ref] && await choose(`${person.name} 在这台平板上没有签到，仍记签退？`, '先不', '记签退') !== '记签退') return
    if (!inTime() && await choose(`现在不在「${one.title}」的${WORDS[mode]}时间内，仍要记下？同步后由班主任核对。`, '先不', '记下') !== '记下') return
    const payload = { register: one.uid, how, ...more, ...(photo ? { photo: photo.sha256 } : {}) }
    const said = await app.save(mode, { person: person.ref, payload, photo })
    if (said) flash(`${person.name} ${WORDS[mode]}，${hourMinute(Date.parse(said.at))}，已存`)
    draw()
    entry.focus()
  }

  const inTime = () => {
    const [since, until] = mode === 'in' ? [one.opens_at, one.ends_at] : [one.starts_at, one.closes_at]
    return wall() >= Date.parse(since) && wall() <= Date.parse(until)
  }

  async function find() {
    const typed = entry.value.trim().toUpperCase()
    entry.value = ''
    const quick = stamps.length > 4 && stamps.slice(1).every((t, i) => t - stamps[i] < READER_MS)
    stamps.length = 0
    if (/^\d{17}[\dX]$/.test(typed)) {
      const ref = await commitment(typed, app.parcel)
      const person = app.parcel.people.find((p) => p.ref === ref)
      if (!person) { flash('名单里没有这个身份证号。请核对，或让其本人办理现场报名。', 'stop'); return }
      await mark(person, quick ? 'card' : 'digits')
    } else if (/^\d{3}[\dX]$/.test(typed)) {
      const tail = await commitment(typed, app.parcel)
      const found = app.parcel.people.filter((p) => p.tail === tail)
      if (!found.length) { flash('名单里没有人的身份证末四位是这个。', 'stop'); return }
      const name = await choose('请核对姓名：', '都不是', ...found.map((p) => p.name))
      const person = found.find((p) => p.name === name)
      if (person) await mark(person, 'digits')
    } else {
      const found = app.parcel.people.filter((p) => typed && p.name.toUpperCase().includes(typed))
      if (found.length === 1) tick(found[0])
      else flash('请输入 18 位身份证号、末四位，或从名单里点姓名。', 'warn')
    }
    draw()
  }

  function tick(person) {
    const reason = h('input', { className: 'form-control', id: 'kit-reason', maxLength: 100, placeholder: '例如：没带身份证' })
    const photo = photoField(h, '拍照（可不拍）')
    const say = h('p', { className: 'tone-stop', role: 'alert' })
    const done = async () => {
      if (!reason.value.trim()) { say.textContent = '请写明代签的原因。'; reason.focus(); return }
      box.close()
      await mark(person, 'tick', { reason: reason.value.trim() }, photo.chosen())
    }
    const box = dialog(h('h2', {}, `代 ${person.name} ${WORDS[mode]}`), h('label', { htmlFor: 'kit-reason' }, '原因'), reason, photo.element, say,
      h('div', { className: 'form-actions' }, h('button', { type: 'button', className: 'btn', textContent: '先不', onclick: () => box.close() }), h('button', { type: 'button', className: 'btn btn-primary', textContent: WORDS[mode], onclick: done })))
  }

  entry.onkeydown = (event) => {
    if (event.key === 'Enter') { event.preventDefault(); find() } else if (event.key.length === 1) stamps.push(performance.now())
  }
  entry.oninput = draw
  body.append(h('h2', {}, one.title), h('div', { className: 'kit-door' }, modes, h('label', { htmlFor: 'kit-entry', className: 'visually-hidden' }, '身份证号、末四位或姓名'), entry), count, roll)
  draw()
  entry.focus()
}
