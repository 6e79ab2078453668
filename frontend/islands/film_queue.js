// Chunks that have not been acknowledged. They lie in IndexedDB, so a reloaded page sends them too;
// where that is refused (private windows) they stay in memory. Sent one at a time, in order.
const padded = (n) => String(n).padStart(6, '0')

function openStore(name) {
  return new Promise((done) => {
    let ask
    try { ask = indexedDB.open('anlan-film', 1) } catch { done(null); return }
    ask.onupgradeneeded = () => ask.result.createObjectStore('chunks')
    ask.onerror = () => done(null)
    ask.onsuccess = () => done(ask.result)
  }).then((db) => ({
    run(mode, act) {
      return new Promise((done) => {
        if (!db) { done(undefined); return }
        const store = db.transaction('chunks', mode).objectStore('chunks')
        const asked = act(store)
        asked.onsuccess = () => done(asked.result)
        asked.onerror = () => done(undefined)
      })
    },
    range: () => IDBKeyRange.bound(`${name}/`, `${name}/~`),
    key: (chunk) => `${name}/${padded(chunk.part)}/${padded(chunk.no)}`,
  }))
}

export async function openQueue({ uid, base, token, onChange }) {
  const store = await openStore(uid)
  const left = (await store.run('readonly', (s) => s.getAll(store.range()))) || []
  const waiting = [...left]
  let busy = false, over = false, trouble = ''

  const address = (c) => `${base}chunks/${c.part}/${c.no}${c.last ? '?last=1' : ''}`
  const seconds = () => Math.round(waiting.reduce((sum, c) => sum + c.ms, 0) / 1000)
  const tell = () => onChange({ seconds: seconds(), trouble, over, left: waiting.length })

  async function sendFirst() {
    const chunk = waiting[0]
    const stop = new AbortController()
    const timer = setTimeout(() => stop.abort(), 20000)
    try {
      const answer = await fetch(address(chunk), {
        method: 'POST', body: chunk.body, signal: stop.signal, credentials: 'omit',
        headers: { 'X-Live-Token': token, 'X-Part-Start': String(chunk.start), 'Content-Type': 'application/octet-stream', Accept: 'application/json' },
      })
      if (answer.ok) {
        waiting.shift()
        store.run('readwrite', (s) => s.delete(store.key(chunk)))
        trouble = ''
        return true
      }
      const told = await answer.json().catch(() => ({}))
      trouble = told.message || '服务器暂时不能接收'
      // Ended or no longer allowed: nothing more will be taken, however often it is tried.
      if (answer.status === 409 || answer.status === 403) over = true
    } catch {
      trouble = '网络中断'
    } finally { clearTimeout(timer) }
    return false
  }

  async function drain() {
    if (busy) return
    busy = true
    let wait = 1000
    while (waiting.length && !over) {
      const sent = await sendFirst()
      tell()
      if (sent) { wait = 1000; continue }
      if (!over) await new Promise((go) => { setTimeout(go, wait); addEventListener('online', go, { once: true }) })
      wait = Math.min(wait * 2, 8000)
    }
    busy = false
    tell()
  }

  if (waiting.length) drain()
  return {
    put(chunk) {
      waiting.push(chunk)
      store.run('readwrite', (s) => s.put(chunk, store.key(chunk)))
      tell()
      drain()
    },
    empty: () => !waiting.length || over,
    highest: left.reduce((most, c) => Math.max(most, c.part), -1),
  }
}
