// Sends one scan to the server until it has an answer. What is not sent yet is kept in this phone's
// storage: a lost network, a closed page or a dead battery costs nothing while the scan still counts.
import { correct, serverNow } from './clock.js'

const URL_OF = '/in/attendance/sign'
const KEY = 'sign:kept'
const PATIENCE = 9000
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

async function post(body) {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), PATIENCE)
  try {
    const answer = await fetch(URL_OF, {
      method: 'POST', credentials: 'same-origin', signal: stop.signal,
      headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
    })
    correct(answer)
    const said = await answer.json().catch(() => ({}))
    return { status: answer.status, said, after: Number(answer.headers.get('Retry-After')) || 0 }
  } finally { clearTimeout(timer) }
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
    let got = null
    try { got = await post(scan.body) } catch { /* no network, or no answer in time */ }
    if (got && got.status === 200) { forget(); say('done', got.said); return }
    if (got && got.status === 401) { say('login', got.said); return }
    if (got && got.status < 500) { forget(); say('refused', got.said); return }
    // No answer at all may still mean that it was taken: the same nonce is asked again, never a new one.
    if (serverNow() > scan.until) { forget(); say('late', {}); return }
    say('waiting', { offline: !navigator.onLine })
    // Jitter: a whole class must not come back in the same instant.
    await sleep((got && got.after ? got.after * 1000 : wait) * (0.6 + 0.8 * Math.random()))
    wait = Math.min(wait * 2, 8000)
  }
}
