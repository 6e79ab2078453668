// What this phone knows of a sitting, kept on the phone first and then brought to the server.
//
// Every answer has a number `n` that only grows: whatever is sent twice, late or in another order, the server
// keeps the newest. `acked` says how far the server has followed.
import { serverNow, setServer } from './clock.js'
import { post } from './intake.js'
import { drop, get, put } from './store.js'

const REST = 90000 // nothing to send: ask now and then whether the deadline has moved
const LONGEST = 30000
const fresh = () => ({ base: 0, deadline: 0, answers: {}, acked: {}, events: [], handing: false, told: null })

export class Line {
  // `on` hears: 'state' (words to show), 'moved' (another device has it), 'over' (handed in), 'refused' (why).
  constructor(sitting, on) {
    Object.assign(this, { sitting, on, known: fresh(), busy: false, timer: 0, wait: 1500, online: true, writing: Promise.resolve() })
    addEventListener('online', () => { this.note('online'); this.soon(Math.random() * 1500) })
    addEventListener('offline', () => { this.note('offline'); this.tell() })
    document.addEventListener('visibilitychange', () => { this.note(document.hidden ? 'focus_lost' : 'focus_back'); if (!document.hidden) this.soon(300) })
  }

  async load() {
    this.device = await deviceName()
    const kept = await get(`exam:${this.sitting}`)
    if (kept) Object.assign(this.known, kept)
    const { told } = this.known
    // A page from the phone's own store has an old clock: what was told last, and the time since, is nearer.
    if (told) setServer(Math.max(serverNow(), told.server, told.server + Date.now() - told.wall))
    return !!kept
  }

  keep() {
    const copy = JSON.parse(JSON.stringify(this.known))
    this.writing = this.writing.then(() => put(`exam:${this.sitting}`, copy)).then((safe) => { this.safe = safe })
    return this.writing
  }

  heard(body) {
    if (body.now) { setServer(body.now); this.known.told = { server: body.now, wall: Date.now() } }
    if (body.deadline) this.known.deadline = body.deadline
  }

  // Ask the server to start, or to go on here. `paper`: send it whole.
  async start(paper) {
    const reply = await post('exams/start', { sitting: this.sitting, device: this.device, paper })
    if (!reply.ok) return reply
    const { body } = reply
    this.heard(body)
    Object.assign(this.known, { base: body.base, key: body.key, digest: body.digest })
    this.away = false
    for (const [no, [chosen, n]] of Object.entries(body.answers)) {
      this.known.acked[no] = Math.max(n, this.known.acked[no] || 0)
      if (n > this.number(no)) this.known.answers[no] = { chosen, n, at: 0 }
    }
    await this.keep()
    return reply
  }

  number(no) { return (this.known.answers[no] || { n: 0 }).n }

  answer(no, chosen) {
    const n = Math.max(this.number(no), this.known.acked[no] || 0, this.known.base) + 1
    this.known.answers[no] = { chosen, n, at: Math.round(serverNow()) }
    this.keep().then(() => this.soon(0))
    this.tell()
  }

  note(kind) {
    if (!this.known.key || this.known.handing) return
    const at = Date.now()
    if (this.known.events.length < 100) this.known.events.push({ kind, at, id: `${this.device.slice(0, 8)}:${at}:${kind}` })
    this.keep()
  }

  get open() {
    const { answers, acked } = this.known
    return Object.keys(answers).filter((no) => answers[no].n > (acked[no] || 0))
  }

  saves(list) {
    return list.map((no) => { const { chosen, n, at } = this.known.answers[no]; return { no: Number(no), chosen, n, at } })
  }

  hand() { this.known.handing = true; this.keep().then(() => this.soon(0)); this.tell() }

  soon(ms) { clearTimeout(this.timer); this.timer = setTimeout(() => this.push(), ms) }

  async push() {
    if (this.busy || this.ended) return
    this.busy = true
    const list = this.open
    const path = this.known.handing ? 'exams/submit' : 'exams/save'
    const sent = this.saves(list)
    if (list.length) this.tell(list.length > 1 || this.away ? `正在补传 ${list.length} 题` : '正在保存')
    const reply = await post(path, { sitting: this.sitting, device: this.device, saves: sent })
    this.busy = false
    if (reply.away) this.later(reply)
    else if (reply.ok) await this.done(reply.body, sent)
    else this.refused(reply)
  }

  later(reply) {
    this.away = true
    this.tell(reply.status === 503 ? '现在人多，答案已存在本机，正在排队' : '')
    this.soon(reply.wait || this.wait * (0.7 + Math.random() * 0.6))
    this.wait = Math.min(this.wait * 2, LONGEST)
  }

  async done(body, sent) {
    this.away = false
    this.wait = 1500
    this.heard(body)
    for (const { no, n } of sent) this.known.acked[no] = Math.max(n, this.known.acked[no] || 0)
    if (body.status === 'submitted') {
      this.ended = true
      await this.forget()
      this.on('over', body)
      return
    }
    await this.keep()
    this.tell()
    if (body.here === false) { this.on('moved'); return }
    this.sendEvents()
    this.soon(this.open.length || this.known.handing ? 0 : REST * (0.8 + Math.random() * 0.4))
  }

  refused(reply) {
    this.tell((reply.body && reply.body.message) || '没有存上，请刷新页面。', 'tone-stop')
    this.on('refused', reply)
  }

  async sendEvents() {
    const events = this.known.events.slice(0, 50)
    if (!events.length || this.noEvents) return
    const reply = await post('exams/events', { sitting: this.sitting, events })
    if (reply.away) return
    this.noEvents = reply.status === 404
    this.known.events = this.known.events.slice(events.length)
    this.keep()
  }

  async forget() {
    await this.writing
    await Promise.all([drop(`exam:${this.sitting}`), drop(`paper:${this.sitting}`), drop(`open:${this.sitting}`)])
  }

  tell(words, tone = '') {
    const open = this.open.length
    if (words) this.on('state', words, tone)
    else if (this.known.handing) this.on('state', '已交卷，等联网后上传', 'tone-warn')
    else if (this.away || !navigator.onLine) this.on('state', open ? `离线，${open} 题保存在本机` : '离线，可以接着答', 'tone-warn')
    else if (open) this.on('state', '正在保存')
    else this.on('state', Object.keys(this.known.answers).length ? '已保存' : '答案随答随存', 'tone-ok')
  }
}

async function deviceName() {
  const kept = await get('device')
  if (kept) return kept
  const made = [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, '0')).join('')
  await put('device', made)
  return made
}
