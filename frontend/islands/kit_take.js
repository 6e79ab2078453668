// Taking a kit on the tablet itself: its key, the package with a bar, sealed under the PIN, the page
// kept for offline use. Nothing is called taken before all of that is done.
import { dropParcel, keepParcel } from '../kit/parcel.js'
import { putOwn, room } from '../kit/store.js'
import { sign, tablet } from '../kit/keys.js'

const megabytes = (bytes) => (bytes / 1048576).toFixed(1)

async function answer(reply) {
  const body = await reply.json().catch(() => ({}))
  if (!reply.ok) throw new Error([body.message, body.next_step].filter(Boolean).join('') || '系统暂时不能取包，请稍后再试。')
  return body
}

async function download(address, onBytes) {
  const reply = await fetch(address, { credentials: 'same-origin', headers: { Accept: 'application/json' } })
  if (!reply.ok) await answer(reply)
  const whole = Number(reply.headers.get('X-Kit-Length'))
  const reader = reply.body.getReader(), pieces = []
  for (let got = 0; ;) {
    const { done, value } = await reader.read()
    if (done) break
    pieces.push(value)
    got += value.length
    onBytes(got, whole)
  }
  return { text: await new Blob(pieces).text(), signature: reply.headers.get('X-Kit-Signature') }
}

async function keepPage(form) {
  if (!('serviceWorker' in navigator)) throw new Error('这个浏览器不能离线使用本页，请换用 Chrome 或系统自带浏览器的新版本。')
  const found = await navigator.serviceWorker.register(form.dataset.worker, { scope: form.dataset.app })
  const worker = found.installing || found.waiting || found.active
  if (worker.state === 'activated') return
  await new Promise((done, failed) => {
    const look = () => {
      if (worker.state === 'activated' || worker.state === 'installed') done()
      if (worker.state === 'redundant') failed(new Error('离线页面没有存好，请再试一次。'))
    }
    worker.addEventListener('statechange', look)
    look()
  })
}

export default function take(form) {
  const line = form.querySelector('[data-state]')
  const token = form.querySelector('[name=csrfmiddlewaretoken]').value
  const words = document.createElement('span'), bar = document.createElement('progress'), meter = document.createElement('div')
  meter.className = 'meter'
  meter.append(words, bar)
  const step = (said, value = 0, most = 1) => { line.hidden = false; line.replaceChildren(meter); words.textContent = said; bar.max = most; bar.value = value }
  const say = (said, tone, link) => {
    const p = document.createElement('p')
    p.className = `notice notice-${tone}`
    p.append(said)
    if (link) p.append(' ', Object.assign(document.createElement('a'), { href: form.dataset.app, className: 'btn btn-primary', textContent: '打开离线包' }))
    line.hidden = false
    line.replaceChildren(p)
  }
  const post = (address, body) => fetch(address, {
    method: 'POST', credentials: 'same-origin', body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': token },
  }).then(answer)

  async function go() {
    const [pin, again] = ['kit-pin', 'kit-again'].map((id) => document.getElementById(id).value), name = form.elements.name.value.trim()
    if (pin !== again) throw new Error('两次输入的开包密码不一样，请重新输入。')
    if (!isSecureContext) throw new Error('离线包只能在 HTTPS 页面上取。请用 https:// 开头的地址打开本平台。')
    const ticked = (which) => [...form.querySelectorAll(`[name=${which}]:checked`)].map((el) => el.value)
    step('正在登记这台平板')
    const { point } = await tablet()
    await room()
    const made = await post(form.action, { name, key: point, proof: await sign('tablet', name), days: Number(form.elements.days.value), sessions: ticked('sessions'), sittings: ticked('sittings'), practicals: ticked('practicals') })
    const { text, signature } = await download(made.contents, (got, whole) => step(`正在下载 ${megabytes(got)} / ${megabytes(whole)} MB`, got, whole))
    step('正在加密保存')
    const { digest } = await keepParcel(text, signature, form.dataset.platformKey, pin, (n, most) => step(`正在加密保存 ${n} / ${most}`, n, most))
    try {
      step('正在存好离线页面')
      await keepPage(form)
      await putOwn('tablet', { ...(await tablet()), uid: made.tablet, name })
      await post(made.kept, { sha256: digest, signature: await sign('package', `${made.kit}\n${digest}`) })
    } catch (failure) {
      await dropParcel(made.kit)
      throw failure
    }
    say('离线包已存好，可以断网使用。', 'ok', true)
  }

  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const button = form.querySelector('button.btn-primary')
    button.disabled = true
    try {
      await go()
      button.hidden = true
    } catch (failure) {
      say(failure instanceof TypeError ? '网络不稳，离线包没有取完。请再点一次。' : failure.message, 'stop')
      button.disabled = false
    }
  })
}
