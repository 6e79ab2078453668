// Sends what has not been acknowledged: records first, then the photos that they name. Needs no PIN and
// no login; each delivery is signed by the tablet. Sent twice is sent once.
import { wall } from './clock.js'
import { sign } from './keys.js'
import { inOne, own, putOwn, read, unsent, unsentPhotos } from './store.js'

const AT_ONCE = 50 // one transaction on the server: others want to write too
const PATIENCE_MS = 30000
const told = new Set()
let busy = false

export const onSync = (act) => told.add(act)
const tell = (news) => told.forEach((act) => act(news))

async function ask(address, options) {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), PATIENCE_MS)
  try {
    const reply = await fetch(address, { method: 'POST', credentials: 'omit', signal: stop.signal, ...options })
    const body = await reply.json().catch(() => ({}))
    if (reply.ok) return body
    throw Object.assign(new Error(body.message || `服务器暂时不能接收（${reply.status}）`), { said: true })
  } finally { clearTimeout(timer) }
}

async function sendRecords(address, tablet) {
  for (;;) {
    const rows = await unsent(AT_ONCE)
    if (!rows.length) return
    const batch = JSON.stringify({
      tablet, sent_at: new Date(wall()).toISOString(),
      records: rows.map(({ text, signature }) => ({ text, signature })),
    })
    const body = JSON.stringify({ batch, signature: await sign('batch', batch) })
    const answer = await ask(address, { body, headers: { 'Content-Type': 'application/json', Accept: 'application/json' } })
    const kept = new Set(answer.kept)
    const moved = rows.filter((row) => kept.has(row.hash) || answer.refused[row.hash])
    await inOne(['records'], (s) => {
      for (const row of moved) s('records').put({ ...row, sent: 1, refused: answer.refused[row.hash] || '' })
    })
    await putOwn('answer', { fates: answer.fates, stopped: answer.stopped, at: wall() })
    tell({ fates: answer.fates, stopped: answer.stopped })
    if (!moved.length) throw Object.assign(new Error('服务器没有接收这些记录，请联系平台运维人员。'), { said: true })
  }
}

async function sendPhotos(address, tablet) {
  for (const photo of await unsentPhotos()) {
    const record = (await read('records', (s) => s.getAll())).find((row) => row.text.includes(photo.sha256))
    if (record && record.sent === 0) continue
    await ask(address, {
      body: photo.data,
      headers: { 'Content-Type': 'image/jpeg', Accept: 'application/json', 'X-Kit-Tablet': tablet, 'X-Kit-Signature': await sign('photo', photo.sha256) },
    })
    await inOne(['photos'], (s) => { s('photos').put({ ...photo, data: null, sent: 1 }) })
  }
}

// True when nothing is left to send.
export async function sync({ records, photos }) {
  if (busy || !navigator.onLine) return false
  busy = true
  try {
    const known = await own('tablet')
    if (!known || !known.uid) return true
    await sendRecords(records, known.uid)
    await sendPhotos(photos, known.uid)
    tell({ done: true })
    return true
  } catch (failure) {
    tell({ failed: failure.said ? failure.message : '网络不稳，稍后自动再送' })
    return false
  } finally { busy = false }
}

// Now, when the network comes back, and again and again with some patience.
export function keepSyncing(addresses) {
  let wait = 5000, timer = 0
  const round = async () => {
    clearTimeout(timer)
    wait = (await sync(addresses)) ? 30000 : Math.min(wait * 2, 120000)
    timer = setTimeout(round, wait * (0.75 + Math.random() / 2))
  }
  addEventListener('online', () => { wait = 5000; round() })
  round()
  let soon = 0
  return () => { clearTimeout(soon); soon = setTimeout(round, 1500) }
}
