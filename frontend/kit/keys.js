// The tablet's own key (ECDSA P-256, made here, never shown to a script), the platform's signature,
// and the PIN that opens a kit: PBKDF2 over the PIN, mixed with a secret that this browser holds.
import { ed25519 } from '@noble/curves/ed25519.js'
import { own, putOwn } from './store.js'

const text = new TextEncoder()
const ITERATIONS = 310000

export const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)))
export const bytesOf = (said) => Uint8Array.from(atob(said), (c) => c.charCodeAt(0))
export const hex = (bytes) => [...new Uint8Array(bytes)].map((b) => b.toString(16).padStart(2, '0')).join('')
const fromHex = (said) => Uint8Array.from(said.match(/../g), (two) => parseInt(two, 16))
export const sha256 = async (data) => hex(await crypto.subtle.digest('SHA-256', typeof data === 'string' ? text.encode(data) : data))

// Once a browser: a key pair and a secret, both non-extractable.
export async function tablet() {
  const known = await own('tablet')
  if (known) return known
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
  const secret = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256', length: 256 }, false, ['sign'])
  const point = base64(await crypto.subtle.exportKey('raw', pair.publicKey))
  await putOwn('tablet', { pair, secret, point })
  return own('tablet')
}

export async function sign(purpose, said) {
  const { pair } = await own('tablet')
  const data = text.encode(`anlan-kit/${purpose}/1\n${said}`)
  return base64(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, pair.privateKey, data))
}

export function fromPlatform(said, signature, key) {
  try {
    return ed25519.verify(bytesOf(signature), text.encode(`anlan-kit/package/1\n${said}`), bytesOf(key))
  } catch { return false }
}

export async function keyFor(pin, salt, iterations = ITERATIONS) {
  const typed = await crypto.subtle.importKey('raw', text.encode(pin), 'PBKDF2', false, ['deriveBits'])
  const slow = await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations }, typed, 256)
  const { secret } = await own('tablet')
  const mixed = await crypto.subtle.sign('HMAC', secret, slow)
  return crypto.subtle.importKey('raw', mixed, 'AES-GCM', false, ['encrypt', 'decrypt'])
}

export const freshSalt = () => crypto.getRandomValues(new Uint8Array(16))

export async function seal(key, name, value) {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const how = { name: 'AES-GCM', iv, additionalData: text.encode(name) }
  return { iv, data: await crypto.subtle.encrypt(how, key, text.encode(JSON.stringify(value))) }
}

// Throws where the key (the PIN) is not the one.
export async function unseal(key, name, { iv, data }) {
  const how = { name: 'AES-GCM', iv, additionalData: text.encode(name) }
  return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(how, key, data)))
}

// The slow salted hash by which a number is recognised (kits/commitments.py).
export async function commitment(number, { salt, rounds }) {
  const typed = await crypto.subtle.importKey('raw', text.encode(number), 'PBKDF2', false, ['deriveBits'])
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt: fromHex(salt), iterations: rounds }
  return hex(await crypto.subtle.deriveBits(how, typed, 128))
}

export const uuid = () => {
  const b = crypto.getRandomValues(new Uint8Array(16))
  b[6] = (b[6] & 15) | 64
  b[8] = (b[8] & 63) | 128
  const h = hex(b)
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`
}
