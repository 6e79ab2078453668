// C2SP signed-note: a text, a blank line, and under it the lines of whoever signed; keys.
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { isWellFormed, joined, sameBytes, utf8, hex } from './canonical.js'
import { Bad } from './findings.js'
import { SPACES } from './text.js'

export const LOG = 1, WITNESS = 4
const KEY_ID_BYTES = 4
const KEY_BYTES = 32
const SM2_TYPE = '\xffanlan/sm2' // stands before the kind; its keys are 65 bytes
const SM2_BYTES = 65
const MOST_SIGNATURES = 64
const LONGEST_NOTE = 1 << 20
const SIGNATURE_LINE = new RegExp(`^— ([^${SPACES}+]+) ([^${SPACES}]+)$`, 'u')
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/

// Standard base64 in its one spelling; null if it is not.
export function strictBase64(text) {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4) return null
  const binary = atob(text)
  return btoa(binary) === text ? Uint8Array.from(binary, (c) => c.charCodeAt(0)) : null
}

// {name, kind, sm2, public, id}; an SM2 key is read, but this page cannot check its signatures.
export function parseVkey(text) {
  const written = text.trim()
  const [name, id, ...rest] = written.split('+')
  const material = rest.length && isWellFormed(name) ? strictBase64(rest.join('+')) : null
  const typed = material && typeOf(material)
  if (!typed) throw new Bad('公钥写法不对或种类不受支持，请重新复制公布的公钥')
  const key = { name, ...typed, id: keyId(name, material) }
  if (!name || hex(key.id) !== id) {
    throw new Bad(`公钥 ${name} 的编号与内容不符，可能抄写有误，请重新复制公布的公钥`)
  }
  return key
}

function typeOf(material) {
  const sm2 = String.fromCharCode(...material.slice(0, SM2_TYPE.length)) === SM2_TYPE
  const [kind, ...bytes] = material.slice(sm2 ? SM2_TYPE.length : 0)
  const known = (kind === LOG || kind === WITNESS) && bytes.length === (sm2 ? SM2_BYTES : KEY_BYTES)
  return known ? { kind, sm2, public: Uint8Array.from(bytes) } : null
}

const keyId = (name, material) => sha256(joined(utf8(`${name}\n`), material)).slice(0, KEY_ID_BYTES)

// The signed text, with its last line feed, and the signatures; nothing is verified.
export function parseNote(text) {
  if (text.length > LONGEST_NOTE || CONTROL.test(text)) throw new Bad('检查点过长或含控制字符')
  if (!isWellFormed(text)) throw new Bad('检查点不是 UTF-8 文本')
  const blank = text.lastIndexOf('\n\n')
  const lines = text.slice(blank + 2)
  if (blank < 0 || !lines.endsWith('\n')) {
    throw new Bad('检查点不完整：正文与签名之间应有空行，末尾应换行')
  }
  const signatures = lines.slice(0, -1).split('\n').map(signature)
  if (signatures.length > MOST_SIGNATURES) throw new Bad(`检查点的签名超过 ${MOST_SIGNATURES} 个`)
  return { body: text.slice(0, blank + 1), signatures }
}

function signature(line) {
  const found = SIGNATURE_LINE.exec(line)
  const signed = found && strictBase64(found[2])
  if (!signed || signed.length <= KEY_ID_BYTES) throw new Bad('检查点的签名行写法不合规范')
  return { name: found[1], id: signed.slice(0, KEY_ID_BYTES), signed: signed.slice(KEY_ID_BYTES) }
}

// Does the line say that this key made it?
export const claims = (key, line) => key.name === line.name && sameBytes(key.id, line.id)

export function signatureHolds(key, signature, message) {
  try {
    return signature.length === 64 && ed25519.verify(signature, message, key.public, { zip215: false })
  } catch {
    return false // not a point of the curve
  }
}
