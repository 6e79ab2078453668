// 上报隐患: what is written is kept in the phone first and then sent, so that a lost network costs nothing.
// Without this the form posts itself. On a page with [data-report-queue] what is left is sent again.
import { forget, keep, later, send, shrink, waiting } from './report_queue.js'

const make = (tag, words, className = '') => Object.assign(document.createElement(tag), { textContent: words, className })

function sender(form) {
  const owner = form.dataset.report
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

  async function collect() {
    form.found_at.value = new Date().toISOString()
    const fields = Object.fromEntries([...new FormData(form)].filter(([name, value]) => typeof value === 'string' && name !== 'csrfmiddlewaretoken'))
    const photos = await Promise.all([...form.photos.files].map(shrink))
    return { fields, photos, at: Date.now() }
  }

  async function go() {
    buttons().forEach((b) => { b.disabled = true })
    say('info', '正在处理照片')
    const report = await collect()
    const safe = await keep(owner, report)
    for (let wait = 2000; ; wait = Math.min(wait * 2, 30000)) {
      say('info', '正在上报')
      const { state, said } = await send(form.action || location.pathname, report)
      if (state === 'done') { await forget(owner, report.fields.nonce); location.assign(said.url); return }
      if (state === 'refused') {
        await forget(owner, report.fields.nonce)
        say('stop', `${said.message || '没有上报成功。'}${said.next_step || ''}`)
        buttons().forEach((b) => { b.disabled = false })
        return
      }
      if (state === 'login') { say('warn', '登录已失效。这条隐患已存在本机，重新登录后打开「隐患上报」会自动上报。'); return }
      if (safe) {
        const home = make('a', '回到隐患上报')
        home.href = form.dataset.home
        say('warn', make('span', '没有网络。这条隐患已存在本机，联网后打开「隐患上报」会自动上报。'), document.createElement('br'), home)
      } else say('warn', '没有网络，正在自动重试。这个浏览器不能保存，请不要关闭本页。')
      await later(wait)
    }
  }

  form.addEventListener('submit', (event) => { event.preventDefault(); go() })
}

async function queue(box) {
  const owner = box.dataset.reportQueue
  const left = await waiting(owner)
  if (!left.length) return
  const list = make('ul', '', 'tasks')
  box.replaceChildren(make('h2', '还在本机、没有上报的'), list)
  let through = 0
  for (const report of left) {
    const row = make('li', '', 'task')
    const words = make('span', report.fields.place)
    const state = make('small', '正在上报')
    words.append(make('small', report.fields.what.slice(0, 30)), state)
    row.append(words)
    list.append(row)
    const result = await send(box.dataset.url, report)
    if (result.state === 'done') { await forget(owner, report.fields.nonce); row.remove(); through += 1 }
    if (result.state === 'waiting') state.textContent = '已存在本机，联网后自动上报'
    if (result.state === 'login') state.textContent = '请重新登录后再打开本页'
    if (result.state === 'refused') {
      state.textContent = `没有上报成功：${result.said.message || '请重新填写'}`
      const button = make('button', '删除', 'btn btn-sm')
      button.type = 'button'
      button.addEventListener('click', async () => { await forget(owner, report.fields.nonce); row.remove() })
      row.append(button)
    }
  }
  if (through && box.hasAttribute('data-shown')) { location.reload(); return }
  if (!list.children.length) { box.replaceChildren(); return }
  await later(30000)
  queue(box)
}

export default function start(el) {
  if (el.dataset.report) sender(el)
  else queue(el)
}
