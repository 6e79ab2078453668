// Receipts, as anlan.proofs.receipt checks them: the entry, its proof, the log's signature, the witnesses'.
import { canonical, hex, leafHash, sameBytes } from './canonical.js'
import { cosignedAt, ForTheCommand, parseCheckpoint, signedBy } from './checkpoint.js'
import { Bad, finding } from './findings.js'
import { parseJson } from './json.js'
import { verifyInclusion } from './merkle.js'
import { LOG, parseVkey } from './notes.js'
import { openingFindings } from './openings.js'

export const FORMAT = 'anlan-receipt/1'
export const LONGEST_RECEIPT = 1 << 20
const RECEIPT = '回执', ENTRY = '记录哈希', PROOF = '包含证明', CHECKPOINT = '检查点签名', WITNESSES = '见证签名'
export const STAMP = '时间戳'

const said = (kind, part, text) => finding(kind, part, `${part}：${text}`)

// `check` for the bytes of a file.
export function checkReceiptFile(bytes, vkeys) {
  let receipt
  try {
    receipt = parseJson(bytes.subarray(0, LONGEST_RECEIPT))
  } catch (wrong) {
    if (!(wrong instanceof Bad)) throw wrong
    return [said('malformed', RECEIPT, '不是规范的 JSON，可能被改动或不完整')]
  }
  if (!(receipt instanceof Map) || receipt.get('format') !== FORMAT) {
    return [said('malformed', RECEIPT, `不是 ${FORMAT} 格式的回执`)]
  }
  return checkReceipt(receipt, vkeys)
}

export function checkReceipt(receipt, vkeys) {
  let parts, note, keys
  try {
    parts = read(receipt)
  } catch (wrong) {
    if (!(wrong instanceof Bad)) throw wrong
    return [said('malformed', RECEIPT, '内容缺失或写法不合规范，请重新取得一份')]
  }
  const entry = entryFinding(parts)
  try {
    note = parseCheckpoint(parts.checkpoint)
    keys = [...new Set(vkeys)].map(parseVkey)
  } catch (wrong) {
    if (!(wrong instanceof Bad)) throw wrong
    return [entry, said('malformed', CHECKPOINT, wrong.message)]
  }
  return [
    entry, proofFinding(parts, note), ...signatureFindings(note, keys),
    ...stampFindings(receipt.get('timestamps')), ...openingFindings(receipt),
  ]
}

// What the keys say of a checkpoint: of a receipt's, or of the one that an archive carries.
export function signatureFindings(note, keys) {
  return [
    logFinding(note, keys.filter((key) => key.kind === LOG)),
    ...keys.filter((key) => key.kind !== LOG).map((key) => witnessFinding(note, key)),
  ]
}

export const isHash = (text) => typeof text === 'string' && /^[0-9a-f]{64}$/.test(text)

export function hashBytes(text) {
  if (!isHash(text)) throw new Bad('不是 64 位小写十六进制')
  return Uint8Array.from({ length: 32 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16))
}

export const isWhole = (value) => typeof value === 'number' || typeof value === 'bigint'

function read(receipt) {
  const field = (name) => receipt.get(name)
  if (!(field('leaf') instanceof Map) || !isWhole(field('index'))) throw new Bad('记录或序号不对')
  if (typeof field('checkpoint') !== 'string' || !Array.isArray(field('proof'))) throw new Bad('没有检查点或证明')
  if (field('alg') !== 'sha256' && field('alg') !== 'sm3') throw new Bad('未知的算法')
  return {
    entry: canonical(field('leaf')),
    hashed: hashBytes(field('hash')),
    alg: field('alg'),
    index: BigInt(field('index')),
    proof: field('proof').map(hashBytes),
    checkpoint: field('checkpoint'),
  }
}

function entryFinding({ entry, hashed, alg }) {
  if (!sameBytes(leafHash(entry, alg), hashed)) {
    return said('changed', ENTRY, '按记录内容重新计算的哈希与回执所载不符，记录内容或哈希被改动')
  }
  return said('ok', ENTRY, `按记录内容重新计算，与回执所载一致：${hex(hashed)}`)
}

function proofFinding({ hashed, index, proof, alg }, note) {
  if (alg !== note.alg || !verifyInclusion(hashed, index, note.size, proof, note.root, alg)) {
    const text = '从这个哈希走不到检查点的根：哈希、序号、证明或检查点被改动，或记录不在日志中'
    return said('changed', PROOF, text)
  }
  return said('ok', PROOF, `是日志 ${note.origin} 的第 ${index + BigInt(1)} 条，共 ${note.size} 条`)
}

function logFinding(note, logKeys) {
  if (!logKeys.length) {
    const text = '没有给出日志的公钥，未核对，不能证明出自这个日志；请填入公布的公钥'
    return said('unchecked', CHECKPOINT, text)
  }
  return attempt(CHECKPOINT, () => said('ok', CHECKPOINT, `由 ${signedBy(note, logKeys).join('、')} 签名，签名有效`))
}

function witnessFinding(note, witness) {
  return attempt(WITNESSES, () => {
    const at = cosignedAt(note, witness)
    if (at === null) return said('removed', WITNESSES, `没有 ${witness.name} 的见证签名`)
    return said('ok', WITNESSES, `${witness.name} 于 ${at} UTC 见证，签名有效`)
  })
}

function attempt(part, check) {
  try {
    return check()
  } catch (wrong) {
    if (wrong instanceof ForTheCommand) return said('unchecked', part, wrong.message)
    if (wrong instanceof Bad) return said('changed', part, wrong.message)
    throw wrong
  }
}

// Only the command has the means to check a time stamp; that there is one is said.
export function stampFindings(stamps) {
  if (!Array.isArray(stamps) || !stamps.length) return []
  return [said('unchecked', STAMP, `带有 ${stamps.length} 个 RFC 3161 时间戳，由命令核对（--tsa）`)]
}
