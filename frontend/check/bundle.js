// Receipts of many entries under one checkpoint, data/receipts.json; as anlan.proofs.bundle checks them.
import { cosignedAt, ForTheCommand, parseCheckpoint, signedBy } from './checkpoint.js'
import { Bad, finding } from './findings.js'
import { parseJson } from './json.js'
import { LEDGER } from './ledger.js'
import { verifyInclusion } from './merkle.js'
import { LOG, parseVkey } from './notes.js'
import { pythonText } from './openings.js'
import { hashBytes, isWhole, stampFindings } from './receipt.js'

export const RECEIPTS = 'data/receipts.json'
export const RECEIPTS_FORMAT = 'anlan-receipts/1'
export const LONGEST_RECEIPTS = 256 << 20

const said = (kind, text) => finding(kind, RECEIPTS, text)

// Is every ledger line in the log, and did the log sign? Each line that is not is named.
export function checkBundle(bytes, ledger, vkeys) {
  let bundle
  try {
    bundle = read(parseJson(bytes))
  } catch (wrong) {
    if (!(wrong instanceof Bad)) throw wrong
    return [said('malformed', 'receipts.json：写法不合规范，无法核对')]
  }
  const { note } = bundle
  const findings = lineFindings(bundle, ledger)
  if (!note) return [...findings, said('unchecked', '封存时日志还没有签出检查点，台账出自哪个日志未核')]
  if (!findings.length) {
    const text = `台账 ${bundle.proofs.size} 行都在日志 ${note.origin} 中，检查点共 ${note.size} 条`
    findings.push(said('ok', text))
  }
  return [...findings, ...signatures(note, vkeys), ...stampFindings(bundle.timestamps)]
}

function read(parsed) {
  const field = (name) => (parsed instanceof Map ? parsed.get(name) : undefined)
  if (field('format') !== RECEIPTS_FORMAT || !['sha256', 'sm3'].includes(field('alg'))) throw new Bad('别的格式')
  const uncovered = parsed.has('uncovered') ? field('uncovered') : []
  if (typeof field('checkpoint') !== 'string' || !Array.isArray(field('entries')) || !Array.isArray(uncovered)) {
    throw new Bad('不完整')
  }
  const proofs = new Map()
  for (const one of field('entries')) proofs.set(...place(one, proofs))
  return {
    proofs, alg: field('alg'), timestamps: field('timestamps'),
    note: field('checkpoint') ? parseCheckpoint(field('checkpoint')) : null,
    uncovered: new Set(uncovered.map(pythonText)),
  }
}

function place(one, proofs) {
  const field = (name) => (one instanceof Map ? one.get(name) : undefined)
  const [id, index, proof] = [field('entry'), field('index'), field('proof')]
  if (typeof id !== 'string' || proofs.has(id) || !isWhole(index) || index < 0 || !Array.isArray(proof)) {
    throw new Bad('一条出现两次，或没有位置')
  }
  return [id, { index: BigInt(index), way: proof.map(hashBytes) }]
}

function lineFindings(bundle, ledger) {
  const findings = ledger.lines.map((line) => lineFinding(line, bundle)).filter(Boolean)
  const present = new Set([...ledger.lines.map((line) => line.id), ...ledger.wrong])
  for (const id of new Set([...bundle.proofs.keys(), ...bundle.uncovered])) {
    if (present.has(id)) continue
    const text = `台账缺少编号 ${id} 的一行：有它的回执，没有这条记录（被删除或改动）`
    findings.push(finding('removed', LEDGER, text))
  }
  return findings
}

function lineFinding(line, { alg, proofs, uncovered, note }) {
  const where = `台账第 ${line.number} 行（编号 ${line.id}）`
  const proof = proofs.get(line.id)
  if (!proof && uncovered.has(line.id)) {
    return finding('unchecked', LEDGER, `${where}：封存时还不在检查点之下，没有回执`)
  }
  if (!proof) return finding('added', LEDGER, `${where}：没有回执，不能证明它在日志中`)
  const leads = note && line.alg === alg
    && verifyInclusion(line.hash, proof.index, note.size, proof.way, note.root, alg)
  if (leads) return null
  const text = `${where}：与日志中的第 ${proof.index + BigInt(1)} 条不符，这条记录或它的回执被改动`
  return finding('changed', LEDGER, text)
}

// Who signed the checkpoint, by the keys that were given.
function signatures(note, vkeys) {
  try {
    const keys = [...new Set(vkeys)].map(parseVkey)
    const logs = keys.filter((key) => key.kind === LOG)
    if (!logs.length) {
      return [said('unchecked', '检查点签名：没有给出日志的公钥，出处未核；请填入公布的公钥')]
    }
    const names = signedBy(note, logs)
    const seen = keys.filter((key) => key.kind !== LOG).map((key) => [key.name, cosignedAt(note, key)])
    return [
      said('ok', `检查点签名：由 ${names.join('、')} 签名，签名有效`),
      ...seen.map(([name, at]) => (at
        ? said('ok', `见证签名：${name} 于 ${at} UTC 见证`)
        : said('unchecked', `见证签名：没有 ${name} 的签名`))),
    ]
  } catch (wrong) {
    if (wrong instanceof ForTheCommand) return [said('unchecked', `检查点签名：${wrong.message}`)]
    if (wrong instanceof Bad) return [said('changed', `检查点签名：${wrong.message}`)]
    throw wrong
  }
}
