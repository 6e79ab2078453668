// The exam on a phone. The cover fetches the sealed paper ahead and starts; from then on this phone alone can
// go on: without network, after a reload, after a dead battery. The deadline is the server's.
import { remaining, serverNow, tick } from './clock.js'
import { Line } from './exam_line.js'
import { canOpen, draw, fetchSealed, openSealed } from './exam_paper.js'
import { get, put } from './store.js'
import { Table } from './exam_table.js'

const main = () => document.querySelector('main')
const pause = (ms) => new Promise((done) => { setTimeout(done, ms) })

// Keeps this page and what it needs, so that it opens without a network.
async function keepPage(worker) {
  if (!('serviceWorker' in navigator)) return
  try {
    await navigator.serviceWorker.register(worker)
    const ready = await navigator.serviceWorker.ready
    const assets = performance.getEntriesByType('resource').map((one) => new URL(one.name))
      .filter((url) => url.origin === location.origin && url.pathname.startsWith('/static/assets/')).map((url) => url.pathname)
    ready.active.postMessage({ keep: [...new Set(assets)], page: location.pathname })
  } catch { /* the exam goes on; only a reload without network would not */ }
}

export default async function exam(el) {
  const { sitting, home, worker } = el.dataset
  const form = el.tagName === 'FORM' ? el : null
  let table = null
  const line = new Line(sitting, (what, said, tone) => {
    if (what === 'state' && table) table.say(said, tone)
    else if (what === 'over') leave()
    else if (what === 'moved') table && table.lock(takeBack)
    else if (what === 'refused' && said.status === 401) table && table.say('登录已失效，答案保存在本机。请重新登录后回到这里。', 'tone-stop')
    else if (what === 'refused') table ? table.say(said.body.message || '没有存上，请刷新页面。', 'tone-stop') : notice(said.body)
  })

  // What comes next is the server's page: the kept one is the exam's.
  function leave() {
    const { serviceWorker } = navigator
    if (serviceWorker && serviceWorker.controller) serviceWorker.controller.postMessage({ forget: home })
    setTimeout(() => location.replace(home), 50)
  }

  async function paperOf(reply) {
    if (reply && reply.body.paper) { await put(`open:${sitting}`, reply.body.paper); return reply.body.paper }
    return openSealed(sitting, line.known.key, line.known.digest)
  }

  // Sits down at the paper: the server's form, or one drawn here in place of the cover.
  function sit(questions, moved) {
    const page = form || draw(questions, home)
    if (!form) { main().replaceChildren(page); document.querySelectorAll('.bar,.tabs').forEach((bar) => bar.remove()) }
    table = new Table(page, line, { moved })
    // The paper has its own line for this, which moves nothing.
    document.querySelectorAll('.offline').forEach((bar) => bar.remove())
    countdown()
    line.soon(0)
  }

  function countdown() {
    let corner = document.querySelector('[data-countdown]')
    if (!corner) {
      corner = Object.assign(document.createElement('output'), { className: 'countdown' })
      corner.setAttribute('role', 'timer')
      document.querySelector('.top').append(corner)
      const back = document.querySelector('.top .back')
      if (back) back.remove()
    }
    let handed = false
    const look = () => {
      corner.dataset.countdown = line.known.deadline
      tick()
      // Everybody's time ends at once: hand in within a few seconds, all answers are there already.
      if (!handed && !remaining(line.known.deadline).left) { handed = true; table.close(); setTimeout(() => line.hand(), Math.random() * 3000) }
      else if (handed && remaining(line.known.deadline).left && !line.known.handing) { handed = false; table.reopen() }
    }
    look()
    setInterval(look, 1000)
  }

  async function begin(say) {
    for (let wait = 1500; ; wait = Math.min(wait * 2, 15000)) {
      let reply = await line.start(!form && !(canOpen() && await get(`paper:${sitting}`)))
      if (reply.ok) {
        const { moved } = reply.body
        let questions = form ? [] : await paperOf(reply)
        if (!questions) { reply = await line.start(true); questions = reply.ok && await paperOf(reply) }
        if (questions) { sit(questions, moved); keepPage(worker); return }
      }
      if (reply.refused) { notice(reply.body); if (reply.status === 409) { await line.forget(); await pause(2500); leave() } return }
      say(reply.status === 503 ? '现在开考的人多，正在排队，不用重复点' : '网络不通，正在重试')
      await pause((reply.wait || wait) * (0.7 + Math.random() * 0.6))
    }
  }

  async function takeBack() {
    const reply = await line.start(false)
    if (reply.ok) { table.unlock(); table.restore(); line.soon(0) } else if (reply.refused) line.refused(reply)
    return reply.ok
  }

  function notice(body) {
    const said = Object.assign(document.createElement('p'), { className: 'notice notice-warn', textContent: `${body.message || '没有办成。'}${body.next_step || ''}` })
    said.setAttribute('role', 'alert')
    main().prepend(said)
  }

  // The cover before the start: fetch the paper when its time has come, and show the button at the opening.
  function waitForStart() {
    const button = document.querySelector('[data-exam-start]')
    const state = document.querySelector('[data-exam-state]')
    const say = (words) => { if (state) state.textContent = words }
    if (button) {
      button.addEventListener('submit', (event) => { event.preventDefault(); button.querySelector('button').disabled = true; begin(say) })
      const opens = Number(el.dataset.opens)
      const look = () => { const open = serverNow() >= opens; button.hidden = !open; document.querySelectorAll('[data-exam-wait],.tabs').forEach((one) => { one.hidden = open }); if (open) clearInterval(timer) }
      const timer = setInterval(look, 500)
      look()
    }
    const go = document.querySelector('[data-exam-go]')
    if (go) go.addEventListener('click', (event) => { event.preventDefault(); begin(say) })
    seal(say)
  }

  async function seal(say) {
    const { from, spread } = el.dataset
    if (!from || !canOpen()) { if (from) keepPage(worker); return }
    const left = Math.max(0, Number(el.dataset.opens) - serverNow())
    // Far from the opening any moment will do; near it the spread narrows with the time that is left.
    await pause(Math.max(0, Number(from) - serverNow()) + Math.random() * Math.min(Number(spread), left / 4))
    for (let tries = 0; tries < 6; tries++) {
      if (await fetchSealed(sitting)) { say('试卷已加密存到本机，开考时几乎不用流量'); keepPage(worker); return }
      await pause(3000 * 2 ** tries * (0.5 + Math.random()))
    }
  }

  const known = await line.load()
  if (form) {
    if (!known || !line.known.key) return begin(() => {})
    sit([], false)
    return line.start(false).then((reply) => { if (reply.ok) { table.restore(); line.tell() } })
  }
  if (known && line.known.key) return resume()
  return waitForStart()

  // This phone has begun: go on at once from what it has, and learn afterwards what the server knows.
  async function resume() {
    const questions = await paperOf() || await get(`open:${sitting}`)
    if (!questions) return begin(() => {})
    sit(questions, false)
    keepPage(worker)
    if (line.known.handing) { table.close(); return line.soon(0) }
    const reply = await line.start(false)
    if (reply.ok) { table.restore(); line.tell() }
    else if (reply.refused && reply.status === 409) line.soon(0)
    return undefined
  }
}
