// Reports that are not through yet: kept in this phone until the server has them.
// Each carries its own number, so sending one twice is harmless; each belongs to who wrote it.
import { drop, get, keys, put } from './store.js'

const LONGEST = 1600
const PATIENCE = 60000
const SLOWEST = 15 // bytes a millisecond that a request is given time for
const token = () => (document.querySelector('meta[name="csrf-token"]') || {}).content || ''
const keyOf = (kind, owner, nonce) => `${kind}:${owner}:${nonce}`

// Small enough for a bad network; what can't be drawn goes as it is.
export async function shrink(file) {
  try {
    const picture = await createImageBitmap(file)
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height))
    const canvas = document.createElement('canvas')
    canvas.width = Math.max(1, Math.round(picture.width * scale))
    canvas.height = Math.max(1, Math.round(picture.height * scale))
    canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height)
    const blob = await new Promise((done) => { canvas.toBlob(done, 'image/jpeg', 0.82) })
    return { name: 'photo.jpg', type: 'image/jpeg', data: await blob.arrayBuffer() }
  } catch { return { name: file.name, type: file.type, data: await file.arrayBuffer() } }
}

export const keep = (kind, owner, report) => put(keyOf(kind, owner, report.fields.nonce), report)
export const forget = (kind, owner, nonce) => drop(keyOf(kind, owner, nonce))
export async function waiting(kind, owner) {
  const found = []
  for (const key of await keys(keyOf(kind, owner, ''))) { const one = await get(key); if (one) found.push(one) }
  return found.sort((a, b) => a.at - b.at)
}

// Who reports from this phone, and for which units: all that the blank form lacks.
export const remember = (kind, who) => put(`reporter:${kind}`, who)
export const reporter = (kind) => get(`reporter:${kind}`)

// One try: { state: 'done' | 'refused' | 'login' | 'waiting', said }
export async function send(url, report) {
  const body = new FormData()
  for (const [name, value] of Object.entries(report.fields)) body.append(name, value)
  for (const [name, values] of Object.entries(report.many || {})) values.forEach((value) => body.append(name, value))
  for (const { field = 'photos', name, type, data } of report.photos) body.append(field, new Blob([data], { type }), name)
  const bytes = report.photos.reduce((sum, one) => sum + one.data.byteLength, 0)
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), Math.max(PATIENCE, bytes / SLOWEST))
  try {
    const answer = await fetch(url, {
      method: 'POST', credentials: 'same-origin', body, signal: stop.signal,
      headers: { Accept: 'application/json', 'X-CSRFToken': token() },
    })
    const json = /json/.test(answer.headers.get('Content-Type') || '')
    const said = json ? await answer.json().catch(() => ({})) : {}
    if (answer.ok && said.url) return { state: 'done', said }
    if (answer.ok || answer.status === 403) return { state: 'login', said } // the login page, or a page too old to be trusted
    if (answer.status >= 500 || answer.status === 408) return { state: 'waiting', said }
    return { state: 'refused', said }
  } catch { return { state: 'waiting', said: {} } } finally { clearTimeout(timer) }
}

export const later = (ms) => new Promise((done) => {
  const timer = setTimeout(done, ms)
  addEventListener('online', () => { clearTimeout(timer); setTimeout(done, 500) }, { once: true })
})
