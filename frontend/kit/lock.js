// Locked: which kit, and its PIN. Records go home from here too; that needs no PIN.
import { dayHour, wall } from './clock.js'
import { h } from './el.js'
import { dropParcel, parcels } from './parcel.js'
import { unsentCount } from './store.js'

const wrong = { times: 0 }

export async function lock(app) {
  const found = await parcels()
  const status = h('p', { className: 'muted', role: 'status' })
  app.onNews = async () => {
    const left = await unsentCount()
    status.textContent = left ? `${left} 条记录还没送达，联网后自动送。${app.trouble}` : '记录都已送达。'
  }
  const body = found.length ? form(app, found) : nothing()
  app.root.replaceChildren(h('div', { className: 'kit-lock' }, h('h1', {}, '离线包'), ...body, status))
  app.onNews()
  const field = app.root.querySelector('input')
  if (field) field.focus()
}

const nothing = () => [h('p', {}, '这台平板上还没有离线包。'), h('p', { className: 'muted' }, '请在有网时登录，打开培训班的「离线包」，点「在这台平板上取离线包」。')]

function form(app, found) {
  let chosen = found[0]
  const pin = h('input', { id: 'kit-pin', type: 'password', inputMode: 'numeric', autocomplete: 'off', className: 'form-control kit-pin', maxLength: 12 })
  const say = h('p', { className: 'tone-stop', role: 'alert' })
  const open = h('button', { className: 'btn btn-primary kit-big' }, '打开')
  const list = h('div', { className: 'kit-parcels' })
  const draw = () => list.replaceChildren(...found.map((row) => card(row)))
  const card = (row) => {
    const over = wall() > Date.parse(row.expires_at)
    return h('label', { className: 'choice kit-parcel' },
      h('input', { type: 'radio', name: 'kit', checked: row.uid === chosen.uid, onchange: () => { chosen = row } }),
      h('span', {}, h('strong', {}, row.title), h('small', { className: over ? 'tone-warn' : 'muted' }, over ? `已到期（${dayHour(Date.parse(row.expires_at))}），仍可查看和同步` : `${row.by} 取 · 有效至 ${dayHour(Date.parse(row.expires_at))}`)),
      over ? h('button', { type: 'button', className: 'btn btn-sm', textContent: '删除', onclick: () => drop(row) }) : null)
  }
  async function drop(row) {
    if (await unsentCount()) { say.textContent = '还有记录没有送达，先联网同步，再删除。'; return }
    await dropParcel(row.uid)
    lock(app)
  }
  async function submit(event) {
    event.preventDefault()
    open.disabled = true
    open.textContent = '正在打开'
    say.textContent = ''
    try {
      await app.unlock(chosen, pin.value)
      wrong.times = 0
    } catch (failure) {
      if (failure.name !== 'OperationError') throw failure
      wrong.times += 1
      const seconds = Math.min(30, 2 ** Math.max(0, wrong.times - 3))
      say.textContent = wrong.times > 3 ? `密码不对，请等 ${seconds} 秒再试。` : '密码不对，请再试一次。'
      pin.value = ''
      open.textContent = '打开'
      if (wrong.times > 3) await new Promise((go) => setTimeout(go, seconds * 1000))
    } finally {
      open.disabled = false
      open.textContent = '打开'
    }
  }
  draw()
  return [h('form', { onsubmit: submit }, list, h('label', { htmlFor: 'kit-pin' }, '开包密码'), pin, say, open)]
}
