// RFC 8785 text of a parsed JSON value, the leaf hash of RFC 9162 and salted commitments.
import { sha256 } from '@noble/hashes/sha2.js'
import { Bad } from './findings.js'
import { JsonFloat } from './json.js'
import { sm3 } from './sm3.js'

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?:^|[^\ud800-\udbff])[\udc00-\udfff]/
const SALT_BYTES = 16

export const isWellFormed = (text) => !LONE_SURROGATE.test(text)
export const utf8 = (text) => new TextEncoder().encode(text)
export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
export const sameBytes = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i])

export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

export function canonical(value) {
  if (value instanceof Map) {
    const keys = [...value.keys()].sort() // by UTF-16 units, as RFC 8785 §3.2.3 asks
    return `{${keys.map((key) => `${text(key)}:${canonical(value.get(key))}`).join(',')}}`
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value === 'string') return text(value)
  if (value instanceof JsonFloat) return number(value.value)
  if (typeof value === 'number') return number(value)
  if (value === null || typeof value === 'boolean') return String(value)
  throw new Bad('整数超出 JSON 能准确表示的范围')
}

function text(value) {
  if (!isWellFormed(value)) throw new Bad('不是 UTF-8 文本')
  return JSON.stringify(value)
}

function number(value) {
  if (!Number.isFinite(value)) throw new Bad('不是有限的数')
  return String(value) // ECMAScript's own form is the one that RFC 8785 prescribes
}

export function digest(data, alg) {
  if (alg === 'sha256') return sha256(data)
  if (alg === 'sm3') return sm3(data)
  throw new Bad('未知的哈希算法')
}

export const leafHash = (canonicalText, alg) => digest(joined([0], utf8(canonicalText)), alg)

// Is this the salt and the value that the commitment was made from?
export function opens(sealed, salt, value) {
  if (salt.length !== SALT_BYTES) return false
  try {
    return sealed === `sha256:${hex(sha256(joined(salt, utf8(canonical(value)))))}`
  } catch (wrong) {
    if (wrong instanceof Bad) return false
    throw wrong
  }
}

// Python's bytes.fromhex: pairs of digits, white space between them allowed.
export function fromHex(written) {
  if (typeof written !== 'string') throw new Bad('不是十六进制')
  if (!/^[ \t\n\v\f\r]*(?:[0-9a-fA-F]{2}[ \t\n\v\f\r]*)*$/.test(written)) throw new Bad('不是十六进制')
  const digits = written.replace(/\s/g, '')
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => parseInt(digits.slice(2 * i, 2 * i + 2), 16))
}
