// A report from a phone: what is written is kept in the phone first and then sent, so that a lost network costs nothing.
// Without this the form posts itself. On a page with [data-report-queue] what is left is sent again.
import { blank } from './report_blank.js'
import { forget, keep, later, remember, send, shrink, waiting } from './report_queue.js'

const make = (tag, words, className = '') => Object.assign(document.createElement(tag), { textContent: words, className })

// Keeps the blank form of this page and what it needs, so that it opens without a network.
async function keepPage(worker, scope) {
  if (!worker || !('serviceWorker' in navigator)) return
  try {
    const made = await navigator.serviceWorker.register(worker, { scope })
    await until(made)
    const assets = performance.getEntriesByType('resource').map((one) => new URL(one.name))
      .filter((url) => url.origin === location.origin && url.pathname.startsWith('/static/assets/')).map((url) => url.pathname)
    made.active.postMessage({ keep: [...new Set(assets)] })
  } catch { /* reporting goes on; only opening without a network would not */ }
}

const until = (made) => new Promise((done) => {
  if (made.active) { done(); return }
  const coming = made.installing || made.waiting
  coming.addEventListener('statechange', () => { if (made.active) done() })
})

function sender(form) {
  const { report: owner, kind, called, home, homeCalled } = form.dataset
  const line = make('div', '')
  line.setAttribute('role', 'status')
  form.prepend(line)
  // At the top, where it is seen; one block, for a notice lays its children side by side.
  const say = (tone, ...words) => {
    const box = document.createElement('div')
    box.append(...words)
    line.className = `notice notice-${tone}`
    line.replaceChildren(box)
    line.scrollIntoView({ block: 'center' })
  }
  const buttons = () => document.querySelectorAll(`[form=${form.id}],#${form.id} button`)
  const link = () => {
    const back = make('a', `回到${homeCalled}`)
    back.href = home
    const block = make('span', '')
    block.append(document.createElement('br'), back)
    return block
  }

  async function collect() {
    if (form.elements.found_at) form.elements.found_at.value = new Date().toISOString()
    const fields = Object.fromEntries([...new FormData(form)].filter(([name, value]) => typeof value === 'string' && name !== 'csrfmiddlewaretoken'))
    const photos = await Promise.all([...form.elements.photos.files].map(shrink))
    return { fields, photos, at: Date.now() }
  }

  async function go() {
    buttons().forEach((b) => { b.disabled = true })
    say('info', '正在处理照片')
    const report = await collect()
    const safe = await keep(kind, owner, report)
    for (let wait = 2000; ; wait = Math.min(wait * 2, 30000)) {
      say('info', '正在上报')
      const { state, said } = await send(form.action || location.pathname, report)
      if (state === 'done') { await forget(kind, owner, report.fields.nonce); location.assign(said.url); return }
      if (state === 'refused') {
        await forget(kind, owner, report.fields.nonce)
        say('stop', `${said.message || '没有上报成功。'}${said.next_step || ''}`)
        buttons().forEach((b) => { b.disabled = false })
        return
      }
      if (state === 'login') { say('warn', `登录已失效。${called}已存在本机，重新登录后打开「${homeCalled}」会自动上报。`); return }
      if (safe) say('warn', make('span', `没有网络。${called}已存在本机，联网后打开「${homeCalled}」会自动上报。`), link())
      else say('warn', '没有网络，正在自动重试。这个浏览器不能保存，请不要关闭本页。')
      await later(wait)
    }
  }

  if (form.hasAttribute('data-blank')) { blank(form, { say, link, collect }); return }
  const units = [...(form.dataset.units ? JSON.parse(form.dataset.units) : [])]
  remember(kind, { owner, units })
  keepPage(form.dataset.worker, form.dataset.scope)
  form.addEventListener('submit', (event) => { event.preventDefault(); go() })
}

// Older reports have neither kind nor summary: they are hazards.
const summary = (fields) => (fields.what || fields.narrative || '').slice(0, 30)

async function queue(box) {
  const { reportQueue: owner, kind = 'hazard', called = '' } = box.dataset
  const left = await waiting(kind, owner)
  if (!left.length) return
  const list = make('ul', '', 'tasks')
  box.replaceChildren(make('h2', `还在本机、没有上报的${called}`), list)
  let through = 0
  for (const report of left) {
    const row = make('li', '', 'task')
    const words = make('span', report.fields.place)
    const state = make('small', '正在上报')
    words.append(make('small', summary(report.fields)), state)
    row.append(words)
    list.append(row)
    const result = await send(box.dataset.url, report)
    if (result.state === 'done') { await forget(kind, owner, report.fields.nonce); row.remove(); through += 1 }
    if (result.state === 'waiting') state.textContent = '已存在本机，联网后自动上报'
    if (result.state === 'login') state.textContent = '请重新登录后再打开本页'
    if (result.state === 'refused') {
      state.textContent = `没有上报成功：${result.said.message || '请重新填写'}`
      const button = make('button', '删除', 'btn btn-sm')
      button.type = 'button'
      button.addEventListener('click', async () => { await forget(kind, owner, report.fields.nonce); row.remove() })
      row.append(button)
    }
  }
  if (through && box.hasAttribute('data-shown')) { location.reload(); return }
  if (!list.children.length) { box.replaceChildren(); return }
  await later(30000)
  queue(box)
}

export default function start(el) {
  if (el.dataset.report !== undefined) sender(el)
  else queue(el)
}
