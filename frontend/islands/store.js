// Small things that must outlive a dead battery: IndexedDB, flushed to disk; memory where there is none.
const NAME = 'anlan'
const BOX = 'kept'
const memory = new Map()
let opening = null

function open() {
  opening = opening || new Promise((done) => {
    try {
      const asked = indexedDB.open(NAME, 1)
      asked.onupgradeneeded = () => asked.result.createObjectStore(BOX)
      asked.onsuccess = () => done(asked.result)
      asked.onerror = asked.onblocked = () => done(null)
    } catch { done(null) } // private mode
  })
  return opening
}

async function run(mode, act) {
  const db = await open()
  if (!db) return { failed: true }
  return new Promise((done) => {
    try {
      const deal = db.transaction(BOX, mode, { durability: 'strict' })
      const asked = act(deal.objectStore(BOX))
      deal.oncomplete = () => done({ value: asked.result })
      deal.onabort = deal.onerror = () => done({ failed: true })
    } catch { done({ failed: true }) }
  })
}

// Each resolves once the disk has it. `kept` says whether what is put outlives this page.
export async function get(key) {
  const found = await run('readonly', (box) => box.get(key))
  return found.value === undefined ? memory.get(key) : found.value
}
export async function put(key, value) {
  const done = await run('readwrite', (box) => box.put(value, key))
  if (done.failed) memory.set(key, value)
  return !done.failed
}
export async function keys(prefix) {
  const found = await run('readonly', (box) => box.getAllKeys(IDBKeyRange.bound(prefix, `${prefix}\uffff`)))
  return [...new Set([...(found.value || []), ...[...memory.keys()].filter((key) => key.startsWith(prefix))])]
}
export async function drop(key) {
  memory.delete(key)
  await run('readwrite', (box) => box.delete(key))
}
