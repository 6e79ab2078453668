// The page after a scan: one tap, answered at once, sent until it is through. Without this the form posts itself.
import { serverNow } from './clock.js'
import { where } from './place.js'
import { kept, send } from './signing.js'

const clockOf = new Intl.DateTimeFormat('zh-CN', { timeZone: 'Asia/Shanghai', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const TITLES = { in: '签到成功', out: '签退成功', pause: '已登记离场', back: '已登记返回' }
const LATE = '这次扫码已超过 3 分钟，没有登记成功。请重新扫屏幕上的二维码。'

async function placeOf(form) {
  const agreed = form.querySelector('[name=place]')
  if (!agreed || !agreed.checked) return null
  try {
    const { latitude, longitude, accuracy } = await where(4000)
    return { latitude, longitude, accuracy }
  } catch { return null } // never the reason why somebody can't sign
}

function succeed(form, said) {
  const page = document.getElementById('signed').content.cloneNode(true)
  const set = (name, words) => { const el = page.querySelector(`[data-${name}]`); if (words) el.textContent = words; else el.remove() }
  set('time', clockOf.format(Date.parse(said.at)))
  set('title', said.again ? '已经登记过' : TITLES[said.kind] + (said.late ? '（迟到）' : ''))
  set('words', said.again ? said.message : said.message.replace(/^[^。]*。/, '')) // the title has said it
  set('hours', said.hours === null || said.hours === undefined ? '' : `累计 ${said.hours} / ${said.hours_planned} 学时`)
  const main = document.getElementById('main')
  main.replaceChildren(page)
  document.querySelectorAll('.sign-bar').forEach((el) => el.remove())
  main.tabIndex = -1
  main.focus()
}

function refuse(form, line, said) {
  line.className = 'notice notice-stop'
  line.replaceChildren()
  const what = document.createElement('strong')
  what.textContent = said.message || '没有登记成功。'
  line.append(what, document.createElement('br'), said.next_step || '请重新扫码。')
}

export default function sign(form) {
  const buttons = [...document.querySelectorAll(`[form=${form.id}]`)]
  const line = document.createElement('p')
  line.setAttribute('role', 'status')
  form.after(line)
  const kindOf = form.querySelector('[name=kind]')
  const until = serverNow() + 1000 * Number(form.dataset.life)

  async function go(kind) {
    const body = { session: form.dataset.sign, kind, ticket: form.ticket.value, nonce: form.nonce.value, label: form.label.value }
    const why = form.querySelector('[name=other_phone]:checked')
    if (why) body.other_phone = why.value
    buttons.forEach((b) => { b.disabled = true })
    const place = await placeOf(form)
    if (place) body.place = place
    follow({ body, until })
  }

  function follow(scan) {
    buttons.forEach((b) => { b.disabled = true })
    send(scan, (state, said) => {
      if (state === 'sending') { line.className = 'notice notice-info'; line.textContent = '正在登记…' }
      if (state === 'waiting') {
        line.className = 'notice notice-warn'
        line.textContent = said.offline ? '没有网络。扫码已存在本机，联网后自动登记，请不要关闭本页。' : '人多或网络慢，正在自动重试，请不要关闭本页。'
      }
      if (state === 'done') succeed(form, said)
      if (state === 'refused') { refuse(form, line, said); buttons.forEach((b) => { b.disabled = false }) }
      if (state === 'late') refuse(form, line, { message: LATE, next_step: ' ' })
      if (state === 'login') { kindOf.value = scan.body.kind; form.submit() } // the form's own way, by the session
    })
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const button = event.submitter
    go((button && button.value) || kindOf.value)
  })
  // The page was closed before the scan was through.
  const waiting = kept()
  if (waiting && waiting.body.session === form.dataset.sign && waiting.until > serverNow()) follow(waiting)
}
