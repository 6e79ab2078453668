// Sends one scan to the server until it has an answer. What is not sent yet is kept in this phone's
// storage: a lost network, a closed page or a dead battery costs nothing while the scan still counts.
import { correct, serverNow } from './clock.js'
import { post } from './intake.js'

const KEY = 'sign:kept'
let memory = null // where storage is closed (private mode)

export function kept() {
  try { return JSON.parse(localStorage.getItem(KEY)) || memory } catch { return memory }
}
function keep(scan) {
  memory = scan
  try { scan ? localStorage.setItem(KEY, JSON.stringify(scan)) : localStorage.removeItem(KEY) } catch { /* memory only */ }
}
export const forget = () => keep(null)

const nonce = () => {
  if (crypto.randomUUID) return crypto.randomUUID()
  const b = crypto.getRandomValues(new Uint8Array(16))
  b[6] = (b[6] & 15) | 64
  b[8] = (b[8] & 63) | 128
  const hex = [...b].map((n) => n.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

const sleep = (ms) => new Promise((done) => {
  const timer = setTimeout(done, ms)
  addEventListener('online', () => { clearTimeout(timer); setTimeout(done, 300 * Math.random()) }, { once: true })
})

// `scan` is { body, until }: what to send, and until when (server's clock) it still counts.
// `say(state, words)` is told: sending, waiting (not through yet), done (with the answer), refused, login.
export async function send(scan, say) {
  scan.body.nonce = scan.body.nonce || nonce()
  keep(scan)
  let wait = 1000
  for (;;) {
    say('sending')
    const reply = await post('attendance/sign', scan.body, { heard: correct })
    if (reply.ok) { forget(); say('done', reply.body); return }
    if (reply.refused && reply.status === 401) { say('login', reply.body); return }
    if (reply.refused) { forget(); say('refused', reply.body); return }
    // No answer at all may still mean that it was taken: the same nonce is asked again, never a new one.
    if (serverNow() > scan.until) { forget(); say('late', {}); return }
    say('waiting', { offline: !navigator.onLine })
    // Jitter: a whole class must not come back in the same instant.
    await sleep((reply.after || wait) * (0.6 + 0.8 * Math.random()))
    wait = Math.min(wait * 2, 8000)
  }
}
