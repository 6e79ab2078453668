// Every deed is a record: numbered, chained to the one before by its hash, signed, and on the disk
// before the screen says that it is saved.
import { moment } from './clock.js'
import { sha256, sign, uuid } from './keys.js'
import { inOne, own } from './store.js'

let line = Promise.resolve()

// Two tabs of one tablet write one chain.
const alone = (act) => (navigator.locks ? navigator.locks.request('anlan-kit-chain', act) : act())

export function append(kit, kind, { person = '', payload = {}, photo = null } = {}) {
  const done = line.then(() => alone(() => write(kit, kind, person, payload, photo)))
  line = done.catch(() => {})
  return done
}

async function write(kit, kind, person, payload, photo) {
  const head = (await own('head')) || { no: 0, hash: '' }
  const { at, mono, boot } = moment()
  const said = { v: 1, nonce: uuid(), no: head.no + 1, kind, kit, person, at, mono, boot, prev: head.hash, payload }
  const text = JSON.stringify(said)
  const hash = await sha256(text)
  const row = { no: said.no, kit, text, signature: await sign('record', text), hash, sent: 0 }
  const now = { no: said.no, hash }
  await inOne(['own', 'records', 'photos'], (s) => {
    s('records').add(row) // a number that is taken aborts the whole
    s('own').put(now, 'head')
    if (photo) s('photos').put({ ...photo, kit, sent: 0 })
  })
  return said
}
