// A package on its way in (checked, sealed under the PIN, stored whole or not at all) and its opening.
import { freshSalt, fromPlatform, keyFor, seal, sha256, unseal } from './keys.js'
import { inOne, kits, read } from './store.js'

const BASE = 'base'
const paperName = (uid) => `paper/${uid}`
const at = (kit, name) => `${kit}/${name}`

// Returns the SHA-256 of the text, which the tablet answers for.
export async function keepParcel(said, signature, platformKey, pin, onPart) {
  if (!fromPlatform(said, signature, platformKey)) throw new Error('离线包的签名不对，没有保存。请重新取一个。')
  const told = JSON.parse(said)
  const salt = freshSalt()
  const key = await keyFor(pin, salt)
  const papers = told.sittings.map((one) => [paperName(one.uid), { questions: one.questions }])
  const base = { ...told, sittings: told.sittings.map(({ questions, ...rest }) => ({ ...rest, total: questions.length })) }
  const parts = []
  for (const [name, value] of [[BASE, base], ...papers]) {
    parts.push([at(told.uid, name), await seal(key, at(told.uid, name), value)])
    onPart(parts.length, papers.length + 1)
  }
  const digest = await sha256(said)
  const row = { uid: told.uid, tablet: told.tablet, title: told.class.title, by: told.by, issued_at: told.issued_at, expires_at: told.expires_at, salt, sha256: digest, signature }
  await inOne(['kits', 'parts'], (s) => {
    for (const [name, part] of parts) s('parts').put(part, name)
    s('kits').put(row)
  })
  return { digest, row }
}

export async function dropParcel(uid) {
  await inOne(['kits', 'parts'], (s) => {
    s('kits').delete(uid)
    s('parts').delete(IDBKeyRange.bound(`${uid}/`, `${uid}/~`))
  })
}

export async function openParcel(row, pin) {
  const key = await keyFor(pin, row.salt)
  const get = async (name) => unseal(key, at(row.uid, name), await read('parts', (s) => s.get(at(row.uid, name))))
  return { ...(await get(BASE)), paper: (uid) => get(paperName(uid)) }
}

export const parcels = async () => (await kits()).sort((a, b) => b.issued_at.localeCompare(a.issued_at))
