// The ledger lines inside an archive, and the values that open their commitments.
import { canonical, fromHex, hex, leafHash, opens } from './canonical.js'
import { Bad, finding, Unreadable } from './findings.js'
import { parseJson } from './json.js'
import { pythonText } from './openings.js'

export const LEDGER = 'data/ledger.jsonl'
export const OPENINGS = 'data/openings.json'
const LONGEST_LINE = 1 << 20
const LONGEST_FILE = 64 << 20
const NEWLINE = 10

export const emptyLedger = () => ({ findings: [], lines: [], wrong: new Set(), byId: new Map() })

// Recompute every leaf hash. `lines`: {number, id, hash, alg, commitments, data}; `wrong`: ids already reported.
export async function checkLedger(pieces) {
  const ledger = emptyLedger()
  let number = 0
  for await (const text of lines(pieces)) {
    number++
    try {
      const line = { number, ...readLine(text, ledger.wrong) }
      if (ledger.byId.has(line.id)) {
        ledger.findings.push(finding('malformed', LEDGER, `台账第 ${number} 行：编号 ${line.id} 出现两次`))
      }
      ledger.lines.push(line)
      ledger.byId.set(line.id, line)
    } catch (wrong) {
      if (!(wrong instanceof Bad)) throw wrong
      ledger.findings.push(finding(wrong.kind, LEDGER, `台账第 ${number} 行：${wrong.message}`))
    }
  }
  return ledger
}

function readLine(text, wrong) {
  const entry = parseJson(text)
  let line
  try {
    line = partsOf(entry)
  } catch (bad) {
    if (!(bad instanceof Bad)) throw bad
    throw new Bad('缺少 leaf、id、hash、alg 之一，或内容不规范')
  }
  if (hex(line.hash) !== entry.get('hash')) {
    wrong.add(line.id)
    throw new Bad(`重新计算的哈希与记录不符，编号 ${line.id} 的内容或哈希被改动`, 'changed')
  }
  return line
}

function partsOf(entry) {
  const leaf = entry instanceof Map ? entry.get('leaf') : null
  const has = leaf instanceof Map && leaf.has('id') && entry.has('hash') && entry.has('alg')
  const field = (name) => (leaf.has(name) ? leaf.get(name) : new Map())
  if (!has || !(field('commitments') instanceof Map) || !(field('data') instanceof Map)) throw new Bad('不完整')
  return {
    id: pythonText(leaf.get('id')),
    hash: leafHash(canonical(leaf), entry.get('alg')),
    alg: entry.get('alg'),
    commitments: new Map([...field('commitments')].map(([name, text]) => [name, pythonText(text)])),
    data: field('data'),
  }
}

// Open every commitment for which a salt and a value were handed out.
export async function checkOpenings(pieces, ledger) {
  let openings
  try {
    openings = parseJson(await whole(pieces, 'openings.json'))
    if (!Array.isArray(openings)) throw new Bad('应是一个列表')
  } catch (wrong) {
    if (!(wrong instanceof Bad)) throw wrong
    return { findings: [finding('malformed', OPENINGS, `openings.json：${wrong.message}`)], count: 0 }
  }
  const findings = openings.flatMap((opening, i) => {
    try {
      openOne(opening, ledger)
      return []
    } catch (wrong) {
      if (!(wrong instanceof Bad)) throw wrong
      return [finding(wrong.kind, OPENINGS, `openings.json 第 ${i + 1} 项：${wrong.message}`)]
    }
  })
  return { findings, count: openings.length }
}

function openOne(opening, ledger) {
  const complete = opening instanceof Map && ['entry', 'name', 'salt', 'value'].every((key) => opening.has(key))
  let salt = null
  try {
    if (complete) salt = fromHex(opening.get('salt'))
  } catch {
    salt = null
  }
  if (!salt) throw new Bad('缺少 entry、name、salt、value 之一，或盐值不是十六进制')
  const id = pythonText(opening.get('entry')), name = pythonText(opening.get('name'))
  const line = ledger.byId.get(id)
  if (!line || !line.commitments.has(name)) throw new Bad(`台账 ${id} 中没有名为 ${name} 的承诺`)
  if (!opens(line.commitments.get(name), salt, opening.get('value'))) {
    throw new Bad(`台账 ${id} 的 ${name} 与当时的承诺不符，值或盐被改动`, 'changed')
  }
}

async function* lines(pieces) {
  let rest = new Uint8Array(0)
  for await (const piece of pieces) {
    const joint = new Uint8Array(rest.length + piece.length)
    joint.set(rest)
    joint.set(piece, rest.length)
    let from = 0
    for (let end = joint.indexOf(NEWLINE); end >= 0; end = joint.indexOf(NEWLINE, from)) {
      yield joint.subarray(from, end)
      from = end + 1
    }
    rest = joint.subarray(from)
    if (rest.length > LONGEST_LINE) throw new Unreadable('台账中有超过 1 MB 的一行，拒绝读取')
  }
  if (rest.length) yield rest
}

export async function whole(pieces, label, most = LONGEST_FILE) {
  const parts = []
  let size = 0
  for await (const piece of pieces) {
    size += piece.length
    if (size > most) throw new Unreadable(`${label} 超过 ${most >> 20} MB，拒绝读取`)
    parts.push(piece)
  }
  const bytes = new Uint8Array(size)
  parts.reduce((at, part) => (bytes.set(part, at), at + part.length), 0)
  return bytes
}
