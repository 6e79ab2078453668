// The log's signed head: C2SP tlog-checkpoint, with the lines of witnesses (cosignature/v1).
import { utf8 } from './canonical.js'
import { Bad } from './findings.js'
import { claims, LOG, parseNote, signatureHolds, strictBase64 } from './notes.js'

const ROOT_BYTES = 32
const TIME_BYTES = 8
const SM3_LINE = 'alg sm3'
const LATEST = BigInt(253402300799) // the last second of the year 9999

// Read a checkpoint without believing it.
export function parseCheckpoint(text) {
  const { body, signatures } = parseNote(text)
  const lines = body.slice(0, -1).split('\n')
  if (lines.length < 3 || lines.some((line) => !line)) {
    throw new Bad('检查点正文应有日志名称、记录数、根哈希三行')
  }
  const [origin, size, encoded] = lines
  if (!/^(?:0|[1-9][0-9]{0,18})$/.test(size)) throw new Bad('检查点的记录数不是规范的十进制数')
  const root = strictBase64(encoded)
  if (!root || root.length !== ROOT_BYTES) {
    throw new Bad(`检查点的根哈希不是 ${ROOT_BYTES} 字节的 Base64`)
  }
  const alg = lines.slice(3).includes(SM3_LINE) ? 'sm3' : 'sha256'
  return { origin, size: BigInt(size), root, body, signatures, alg }
}

// An SM2 signature: what it says is for the command to check.
export class ForTheCommand extends Error {}

// Names of the log keys that signed; a false line of one of them spoils the note.
export function signedBy(note, logKeys) {
  const signed = logKeys.filter((key) => logSigned(note, key))
  const names = signed.filter((key) => !key.sm2).map((key) => key.name)
  if (names.length) return names
  if (signed.length) throw new ForTheCommand(`日志 ${signed[0].name} 用国密 SM2 签名，这个页面不核对，请用命令核对`)
  throw new Bad('检查点上没有所给日志公钥的签名，不能证明它出自这个日志')
}

function logSigned(note, key) {
  const lines = note.signatures.filter((line) => claims(key, line))
  if (!key.sm2) for (const line of lines) check(key, line.signed, utf8(note.body))
  return lines.length > 0
}

// When a witness signed, as "2026-11-23 09:00:00"; null if it did not.
export function cosignedAt(note, witness) {
  const lines = note.signatures.filter((line) => claims(witness, line))
  if (lines.length && witness.sm2) throw new ForTheCommand(`见证 ${witness.name} 用国密 SM2 签名，这个页面不核对，请用命令核对`)
  const times = lines.map((line) => {
    const seconds = whole(line.signed.slice(0, TIME_BYTES))
    const message = utf8(`cosignature/v1\ntime ${seconds}\n${note.body}`)
    check(witness, line.signed.slice(TIME_BYTES), message)
    if (seconds > LATEST) throw new Bad('见证签名写明的时间不可能')
    return Number(seconds)
  })
  if (!times.length) return null
  return new Date(Math.max(...times) * 1000).toISOString().slice(0, 19).replace('T', ' ')
}

const whole = (bytes) => bytes.reduce((n, byte) => n * BigInt(256) + BigInt(byte), BigInt(0))

function check(key, signature, message) {
  if (signatureHolds(key, signature, message)) return
  const who = key.kind === LOG ? '日志' : '见证'
  throw new Bad(`${who} ${key.name} 的签名与检查点内容不符：检查点被改动，或签名是伪造的`)
}
