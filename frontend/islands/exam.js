// The exam on a phone: one question at a time; each answer is sent as it changes and kept here until
// the server has it; the deadline is the server's.
import { correct, remaining } from './clock.js'
import { ask } from './confirm.js'

const make = (tag, props, ...inside) => { const el = Object.assign(document.createElement(tag), props); el.append(...inside); return el }

// Answers the server has not confirmed yet, by question, in this phone's storage.
class Unsent {
  constructor(key) { this.key = `exam:${key}`; this.map = {}; try { this.map = JSON.parse(localStorage.getItem(this.key)) || {} } catch { /* private mode: memory only */ } }
  save() { try { Object.keys(this.map).length ? localStorage.setItem(this.key, JSON.stringify(this.map)) : localStorage.removeItem(this.key) } catch { /* memory only */ } }
  put(question, answer) { const n = Math.max(Date.now(), ((this.map[question] || {}).n || 0) + 1); this.map[question] = { answer, n }; this.save() }
  // Only the very version that was sent: it may have changed meanwhile.
  drop(question, n) { if ((this.map[question] || {}).n === n) { delete this.map[question]; this.save() } }
  next() { return Object.entries(this.map).sort((a, b) => a[1].n - b[1].n)[0] }
  get size() { return Object.keys(this.map).length }
}

const controls = (set) => [...set.querySelectorAll('input:not([type=hidden]),textarea,select')]
const answerOf = (set) => controls(set).filter((c) => (c.type === 'radio' || c.type === 'checkbox' ? c.checked : c.value.trim())).map((c) => c.value.trim())
function restore(set, answer) {
  for (const c of controls(set)) {
    if (c.type === 'radio' || c.type === 'checkbox') c.checked = answer.includes(c.value)
    else c.value = answer[0] || ''
  }
}

export default function exam(form) {
  const sets = [...form.querySelectorAll('fieldset[data-question]')]
  const unsent = new Unsent(form.dataset.key || form.dataset.exam)
  const token = form.querySelector('[name=csrfmiddlewaretoken]')
  const deadline = Date.parse(form.dataset.deadline || '')
  let here = 0
  let busy = false
  let wait = 2000
  let timer = 0
  let submitting = false

  const state = make('span', {})
  state.setAttribute('role', 'status')
  const place = make('span', {})
  const bar = make('progress', { className: 'exam-progress', max: sets.length })
  bar.setAttribute('aria-label', '已答题数')
  form.prepend(bar, make('div', { className: 'exam-line' }, place, state))
  const sheetButton = make('button', { type: 'button', className: 'btn small-btn', textContent: '答题卡' })
  const back = make('button', { type: 'button', className: 'btn', textContent: '上一题' })
  const on = make('button', { type: 'button', className: 'btn btn-primary' })
  const nav = make('nav', { className: 'bar' }, sheetButton, back, on)
  nav.setAttribute('aria-label', '答题')
  document.body.append(nav)
  form.querySelectorAll(':scope > button, :scope > .form-actions').forEach((el) => { el.hidden = true })

  const say = (words, tone = '') => { state.textContent = words; state.className = tone }
  const answered = () => sets.filter((s) => answerOf(s).length).length

  function show(focus) {
    sets.forEach((s, i) => { s.hidden = i !== here })
    place.textContent = `第 ${here + 1} / ${sets.length} 题，已答 ${answered()}`
    bar.value = answered()
    back.disabled = here === 0
    on.textContent = here < sets.length - 1 ? '下一题' : '交卷'
    if (focus) { scrollTo(0, 0); const legend = sets[here].querySelector('legend'); legend.tabIndex = -1; legend.focus({ preventScroll: true }) }
  }

  function later() {
    clearTimeout(timer)
    timer = setTimeout(flush, wait)
    wait = Math.min(wait * 2, 30000)
  }

  // Returns the message of a refusal, or '' when the answer is on the server.
  async function sendOne(question, { answer, n }) {
    const reply = await fetch(form.dataset.exam, {
      method: 'POST', credentials: 'same-origin',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': token ? token.value : '' },
      body: JSON.stringify({ question, answer, n }),
    })
    correct(reply)
    if (reply.status >= 500 || reply.status === 429) throw new Error(String(reply.status))
    unsent.drop(question, n)
    if (reply.ok) return ''
    const body = await reply.json().catch(() => ({}))
    return body.message || '这一题没有存上，请刷新页面后再答。'
  }

  async function flush() {
    if (busy) return !unsent.size
    busy = true
    let refused = ''
    try {
      for (let item = unsent.next(); item; item = unsent.next()) {
        say('正在保存')
        refused = (await sendOne(item[0], item[1])) || refused
      }
      wait = 2000
      refused ? say(refused, 'tone-stop') : say('已保存', 'tone-ok')
    } catch {
      say(navigator.onLine ? '网络不稳，答案已存在本机，正在重试' : '未联网，答案已存在本机', 'tone-warn')
      later()
    }
    busy = false
    return !unsent.size
  }

  // The form carries every answer too, so what could not be sent one by one arrives with it.
  async function hand() {
    if (submitting) return
    submitting = true
    on.disabled = true
    await flush()
    if (!navigator.onLine) {
      say('未联网，答卷已存在本机，联网后自动交卷', 'tone-warn')
      addEventListener('online', () => form.submit(), { once: true })
      return
    }
    form.submit()
  }

  async function wantsToHand() {
    const open = sets.length - answered()
    const question = open ? `还有 ${open} 题没有作答，现在交卷？交卷后不能再改。` : `${sets.length} 题都已作答，现在交卷？交卷后不能再改。`
    if (await ask(question, '交卷')) hand()
  }

  function showSheet() {
    const grid = make('div', { className: 'answer-sheet' })
    const box = make('dialog', {}, make('strong', { textContent: `已答 ${answered()} / ${sets.length}` }), grid)
    sets.forEach((s, i) => {
      const b = make('button', { type: 'button', textContent: String(i + 1), className: `${answerOf(s).length ? 'on' : ''} ${i === here ? 'here' : ''}` })
      b.setAttribute('aria-label', `第 ${i + 1} 题，${answerOf(s).length ? '已答' : '未答'}`)
      b.onclick = () => { here = i; box.close(); show(true) }
      grid.append(b)
    })
    const close = make('button', { type: 'button', className: 'btn', textContent: '继续答题' })
    close.onclick = () => box.close()
    const hands = make('button', { type: 'button', className: 'btn btn-primary', textContent: '交卷' })
    hands.onclick = () => { box.close(); wantsToHand() }
    box.append(make('div', { className: 'form-actions' }, close, hands))
    box.onclose = () => box.remove()
    document.body.append(box)
    box.showModal ? box.showModal() : box.setAttribute('open', '')
  }

  for (const set of sets) {
    const kept = unsent.map[set.dataset.question]
    if (kept) restore(set, kept.answer)
  }
  form.addEventListener('change', (event) => {
    const set = event.target.closest('fieldset[data-question]')
    if (!set) return
    unsent.put(set.dataset.question, answerOf(set))
    show(false)
    flush()
  })
  form.addEventListener('submit', (event) => { event.preventDefault(); wantsToHand() })
  back.onclick = () => { here--; show(true) }
  on.onclick = () => { if (here < sets.length - 1) { here++; show(true) } else wantsToHand() }
  sheetButton.onclick = showSheet
  addEventListener('online', flush)
  addEventListener('beforeunload', (event) => { if (unsent.size && !submitting) event.preventDefault() })
  // Back after a break: go on where the first open question is.
  if (answered()) here = Math.max(0, sets.findIndex((s) => !answerOf(s).length))
  if (deadline) setInterval(() => { if (!remaining(deadline).left) hand() }, 1000)
  show(false)
  unsent.size ? flush() : say('答案随答随存')
}
