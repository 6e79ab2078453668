// The blank form that opens without a network: it keeps what is written and sends nothing. When the network is
// back, the page that lists one's own reports sends it.
import { keep, later, reporter } from './report_queue.js'

// A number of its own for every report; the blank form has none.
export function number() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6] & 15) | 64
  bytes[8] = (bytes[8] & 63) | 128
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

function units(form, who) {
  const box = form.elements.organization
  if (!box) return
  box.replaceChildren(...who.units.map(([value, name]) => Object.assign(document.createElement('option'), { value, textContent: name })))
  box.closest('.field').hidden = who.units.length === 1
}

// This minute, as the control writes it.
function moment(form) {
  if (!form.elements.when) return
  const here = new Date(Date.now() - new Date().getTimezoneOffset() * 60000)
  form.elements.when.value = here.toISOString().slice(0, 16)
}

async function reach(url) {
  try { return (await fetch(url, { credentials: 'same-origin', cache: 'no-store' })).ok } catch { return false }
}

export async function blank(form, { say, link, collect }) {
  const { kind, called, home } = form.dataset
  const who = await reporter(kind)
  if (!who) {
    say('warn', '这部手机还没有登录后打开过本页，暂时不能填写。请联网登录一次。')
    form.querySelectorAll('.field').forEach((one) => { one.hidden = true })
    document.querySelector('.bar').hidden = true
    return
  }
  units(form, who)
  moment(form)
  form.elements.nonce.value = number()
  say('info', `没有网络，可以照常填写。${called}会先存在本机，联网后自动上报。`)
  let watching = false
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const report = await collect()
    if (!await keep(kind, who.owner, report)) { say('stop', '这个浏览器不能保存。请记下内容，联网后再报。'); return }
    form.reset()
    units(form, who)
    moment(form)
    form.elements.nonce.value = number()
    say('ok', `${called}已存在本机，联网后自动上报。可以再报一条，也可以离开。`, link())
    if (watching) return
    watching = true
    while (!await reach(home)) await later(10000)
    location.assign(home)
  })
}
