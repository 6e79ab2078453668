// What the tablet keeps: its key, its kits (sealed), its records and photos. A write counts when the
// browser says that the transaction is complete, with the disk asked for (durability: strict).
const NAME = 'anlan-kit'
const STORES = { own: {}, kits: { keyPath: 'uid' }, parts: {}, records: { keyPath: 'no' }, photos: { keyPath: 'sha256' } }

let opening = null

function open() {
  opening = opening || new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1)
    asked.onupgradeneeded = () => {
      for (const [name, options] of Object.entries(STORES)) {
        const store = asked.result.createObjectStore(name, options)
        if (name === 'records') store.createIndex('sent', 'sent')
        if (name === 'photos') store.createIndex('sent', 'sent')
      }
    }
    asked.onerror = () => failed(asked.error)
    asked.onsuccess = () => done(asked.result)
  })
  return opening
}

// `act(store by name)` makes its requests at once; resolves with its result when all is on the disk.
export async function inOne(names, act) {
  const db = await open()
  return new Promise((done, failed) => {
    const work = db.transaction(names, 'readwrite', { durability: 'strict' })
    let result
    work.oncomplete = () => done(result)
    work.onerror = () => failed(work.error)
    work.onabort = () => failed(work.error || new Error('aborted'))
    result = act((name) => work.objectStore(name))
  })
}

export async function read(name, ask) {
  const db = await open()
  return new Promise((done, failed) => {
    const asked = ask(db.transaction(name).objectStore(name))
    asked.onsuccess = () => done(asked.result)
    asked.onerror = () => failed(asked.error)
  })
}

export const own = (key) => read('own', (s) => s.get(key))
export const putOwn = (key, value) => inOne(['own'], (s) => { s('own').put(value, key) })
export const kits = () => read('kits', (s) => s.getAll())
export const unsent = (most) => read('records', (s) => s.index('sent').getAll(0, most))
// Records and photos that the server has not acknowledged.
export async function unsentCount() {
  const counted = await Promise.all(['records', 'photos'].map((name) => read(name, (s) => s.index('sent').count(0))))
  return counted[0] + counted[1]
}
export const unsentPhotos = () => read('photos', (s) => s.index('sent').getAll(0))

// Safe from the browser's tidying, if it agrees; and how full it is.
export async function room() {
  const store = navigator.storage
  if (!store || !store.estimate) return { kept: false, full: 0, free: Infinity }
  const kept = store.persist ? await store.persist().catch(() => false) : false
  const { usage = 0, quota = 0 } = await store.estimate()
  return { kept, full: quota ? usage / quota : 0, free: quota - usage }
}
