// Heartbeats of a lesson: tells the server what was played, and the page what the server has credited.
//
//   const beats = startBeats({ lesson, where, playing, onState, onRefused })
//   where() the media second, playing() whether it runs now; both are read once a second.
//   onState(told) with what is new. After the opening { key, position, frontier, seen, passed, seconds, slot_seconds,
//     completed }; after a beat { position, frontier, seen, spent, completed, notice, back }, where `back` is the second
//     to return to when the learner stands beyond what is credited, else null; { stalled: true, notice } when the server
//     has not been reached for so long that playing on earns nothing, and { stalled: false } with the next answer.
//   onRefused({ message, next_step, status }) once, when this page may no longer learn (another device took over).
//   beats.answer(second, chosen) -> { right, explanation } or { refused: { message, next_step } }
//   beats.send() sends at once; beats.stop() sends and ends.
//
// The server decides what counts. Playing before the first onState earns nothing.
import { post } from './intake.js'

const EVERY = 15000
const JITTER = 2500
const STALLED = 75000 // the server makes up for 90 s of silence (learning.silence_seconds)
const LONGEST_WAIT = 30000

const words = ({ status, body }) => ({ message: body.message || '没有连上学习记录。', next_step: body.next_step || '请刷新页面后再试。', status })

// Bit n of the bitmap, as the page draws it.
export const bitsOf = (seen) => Uint8Array.from(atob(seen || ''), (c) => c.charCodeAt(0))
export const isSeen = (bits, slot) => Boolean((bits[slot >> 3] >> (slot & 7)) & 1)

export function startBeats({ lesson, where, playing, onState, onRefused }) {
  let key = ''
  let over = false
  let busy = false
  let runs = [] // what was played and is not acknowledged: { since, until, ms }, oldest first
  let run = null // the one that grows
  let was = false
  let lookedAt = 0
  let reachedAt = Date.now()
  let wait = 2000
  let timer = 0
  const state = { passed: [], slot_seconds: 5, stalled: false } // all that was told so far

  const tell = (said) => { if (over) return; Object.assign(state, said); onState(said) }
  const later = (ms) => { clearTimeout(timer); if (!over) timer = setTimeout(send, ms) }
  const soon = () => later(EVERY - JITTER + Math.random() * 2 * JITTER)

  function end(refused) {
    if (over) return
    over = true
    clearTimeout(timer)
    clearInterval(clock)
    for (const [target, kind, act] of ears) target.removeEventListener(kind, act)
    if (refused) onRefused(refused)
  }

  // A failed request is asked again: after what the server asks for, else twice as late each time, never in step.
  function retry(after) {
    later(Math.min(Math.max(after, wait), LONGEST_WAIT) * (1 + Math.random() / 2))
    wait = Math.min(wait * 2, LONGEST_WAIT)
    if (playing() && Date.now() - reachedAt > STALLED && !state.stalled) tell({ stalled: true, notice: '网络断开，已暂停。联网后从这里继续。' })
  }

  // Whether the request is settled; one that may succeed later is not.
  function settled(reply) {
    if (reply.away) { retry(reply.after); return false }
    if (reply.refused && [401, 403, 409].includes(reply.status)) end(words(reply))
    return true
  }

  async function open() {
    const reply = await post('lessons/open', { lesson })
    if (!settled(reply) || over) return
    if (!reply.ok) { end(words(reply)); return }
    const said = reply.body
    key = said.key
    reached()
    tell({ ...said, stalled: false })
  }

  function reached() { reachedAt = Date.now(); wait = 2000 }

  // Once a second: what plays on grows, what jumps begins anew.
  function look() {
    const now = Date.now()
    const plays = key !== '' && playing()
    const at = Math.max(0, where())
    if (plays && was && run) {
      const passed = Math.max(now - lookedAt, 1)
      const moved = at - run.until
      if (moved >= 0 && moved <= (passed / 1000) * 4 + 1.5) { run.until = at; run.ms += passed } else begin(at)
    } else if (plays) begin(at)
    if (was && !plays) { run = null; send() }
    was = plays
    lookedAt = now
  }

  function begin(at) {
    run = { since: at, until: at, ms: 0 }
    runs.push(run)
    runs = runs.filter((one) => one === run || one.until > one.since).slice(-20)
    if (runs.length === 1 && !busy) soon()
  }

  const beatOf = (one) => ({ key, since: one.since, until: one.until, rate: Math.min(Math.max(one.ms ? ((one.until - one.since) * 1000) / one.ms : 1, 0.25), 16) })

  function credited(one, until, ms, said) {
    if (one === run) { one.since = until; one.ms = Math.max(0, one.ms - ms) } else runs = runs.filter((other) => other !== one)
    const beyond = where() > said.frontier + state.slot_seconds
    tell({ ...said, back: beyond ? said.frontier : null, stalled: false })
  }

  async function send() {
    if (over || busy) return
    busy = true
    clearTimeout(timer)
    try {
      if (!key) await open()
      for (let one = next(); one && !over; one = next()) {
        const { until, ms } = one
        const reply = await post('lessons/beat', beatOf(one))
        if (!settled(reply)) return
        if (over) return
        reached()
        if (reply.ok) credited(one, until, ms, reply.body)
        else { runs = runs.filter((other) => other !== one); if (one === run) run = null }
        if (one === run) break
      }
      if (key && !over && (run || runs.length)) soon()
    } finally { busy = false }
  }

  const next = () => runs.find((one) => one.until > one.since)

  // The page may be gone before an answer comes: what is left is sent without waiting for one.
  function leave() {
    look()
    const one = next()
    if (over || !key || !one) return
    post('lessons/beat', beatOf(one), { keepalive: true })
  }

  async function answer(second, chosen) {
    look()
    await send()
    const reply = await post('lessons/answer', { key, second, chosen })
    if (reply.away) return { refused: { message: '没有连上网络，这道题还没有提交。', next_step: '请稍后再试。', status: 0 } }
    if (!reply.ok) return { refused: words(reply) }
    const said = reply.body
    if (said.right) tell({ passed: [...new Set([...state.passed, second])].sort((a, b) => a - b), completed: said.completed })
    return said
  }

  const ears = [
    [window, 'online', () => { wait = 2000; send() }],
    [window, 'pagehide', leave],
    [document, 'visibilitychange', () => { if (document.visibilityState === 'hidden') { look(); send() } }],
  ]
  for (const [target, kind, act] of ears) target.addEventListener(kind, act)
  const clock = setInterval(look, 1000)
  send()

  return {
    state,
    answer,
    get key() { return key },
    send() { look(); return send() },
    stop() { look(); leave(); end(null) },
  }
}
