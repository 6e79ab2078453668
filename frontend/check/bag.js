// Is this archive still what was sealed? As anlan.proofs.verdict asks it: everything is read, nothing trusted.
import { checkBundle, LONGEST_RECEIPTS, RECEIPTS } from './bundle.js'
import { checkFilms, checkParts } from './enclosed.js'
import { finding, isWrong, Unreadable } from './findings.js'
import { checkLedger, checkOpenings, emptyLedger, LEDGER, OPENINGS, whole } from './ledger.js'
import { DECLARATION } from './sources.js'
import { sumOf } from './sums.js'
import { decoded, SPACES } from './text.js'

const DECLARATION_TEXT = 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n'
const INFO = 'bag-info.txt'
export const MANIFEST = 'manifest-sha256.txt'
export const TAGMANIFEST = 'tagmanifest-sha256.txt'
const OXUM = 'Payload-Oxum'
const ARCHIVE_UID = 'Internal-Sender-Identifier'
const PAYLOAD = 'data/'
const LONGEST_TAG_FILE = 64 << 20
const LINE = new RegExp(`^([0-9a-f]{64})  ([^${SPACES}][^\\n]*)$`, 'u')
const UNREAD = '' // stands for the hash of a file that was found broken and reported

export async function verifyBag(source, vkeys, progress) {
  const findings = [...source.problems]
  const { sums, sizes } = await hashAll(source, findings, progress)
  const declaration = await tagText(source, DECLARATION, sums, findings)
  if (declaration !== DECLARATION_TEXT && declaration !== '') {
    findings.push(finding('malformed', DECLARATION, `${DECLARATION}：不是 BagIt 1.0 声明`))
  }
  const info = infoOf(await tagText(source, INFO, sums, findings))
  const payload = new Map([...sums].filter(([name]) => name.startsWith(PAYLOAD)))
  const tags = new Map([...sums].filter(([name]) => !name.startsWith(PAYLOAD) && name !== TAGMANIFEST))
  findings.push(...compare(await listed(source, MANIFEST, sums, findings), payload, MANIFEST))
  findings.push(...compare(await listed(source, TAGMANIFEST, sums, findings), tags, TAGMANIFEST))
  const octets = [...payload.keys()].reduce((sum, name) => sum + sizes.get(name), 0)
  if (info.get(OXUM) !== `${octets}.${payload.size}`) {
    const text = `${INFO} 记载的总量与实有 ${payload.size} 个文件、${octets} 字节不符`
    findings.push(finding('changed', INFO, text))
  }
  findings.push(...await checkRecords(source, sums, info, vkeys))
  return {
    findings: shown(findings, payload.size),
    files: payload.size, bytes: octets, info: [...info], seal: sums.get(TAGMANIFEST) || '',
  }
}

// What is wrong, if anything is; else what holds first, what was not opened last.
function shown(findings, files) {
  const wrong = findings.filter(isWrong)
  if (wrong.length) return wrong
  const of = (kind) => findings.filter((one) => one.kind === kind)
  const whole = finding('ok', MANIFEST, `${files} 个文件逐一核对，与清单一致`)
  return [whole, ...of('ok'), ...of('unchecked'), ...of('withheld')]
}

async function hashAll(source, findings, progress) {
  const sums = new Map(), sizes = new Map()
  for (const name of source.names) {
    try {
      const found = await sumOf(source.pieces(name), source.sizeOf(name), (piece) => progress(piece.length, name))
      sums.set(name, found.sum)
      sizes.set(name, found.size)
    } catch (wrong) {
      if (!(wrong instanceof Unreadable)) throw wrong
      findings.push(finding('changed', name, `${name}：${wrong.message}`))
      sums.set(name, UNREAD)
      sizes.set(name, 0)
    }
  }
  return { sums, sizes }
}

// A tag file as text; "" when it is missing, which the tag manifest reports.
async function tagText(source, name, sums, findings) {
  if (!sums.has(name)) return ''
  let text = null
  try {
    text = decoded(await whole(source.pieces(name), name, LONGEST_TAG_FILE))
  } catch (wrong) {
    if (!(wrong instanceof Unreadable)) throw wrong
  }
  if (text === null) findings.push(finding('malformed', name, `${name}：无法作为 UTF-8 文本读出`))
  return text || ''
}

async function listed(source, manifest, sums, findings) {
  if (!sums.has(manifest)) findings.push(finding('removed', manifest, `${manifest}：缺少清单，无法核对`))
  const text = await tagText(source, manifest, sums, findings)
  return manifestLines(text, manifest, findings)
}

// A manifest's lines: path → hash.
export function manifestLines(text, manifest, findings) {
  const paths = new Map()
  const written = text.replace(/\n$/, '')
  const lines = written ? written.split('\n') : []
  lines.forEach((line, i) => {
    const [, hash, path] = LINE.exec(line) || []
    if (!path || paths.has(path) || path.startsWith(PAYLOAD) !== (manifest === MANIFEST)) {
      findings.push(finding('malformed', manifest, `${manifest} 第 ${i + 1} 行：写法不合规范或重复`))
    } else {
      paths.set(path, hash)
    }
  })
  return paths
}

function compare(listed, present, manifest) {
  const findings = []
  for (const path of [...new Set([...listed.keys(), ...present.keys()])].sort()) {
    if (!present.has(path)) {
      findings.push(finding('removed', path, `${path}：清单中有，档案中没有（被删除或改名）`))
    } else if (!listed.has(path)) {
      findings.push(finding('added', path, `${path}：清单中没有，是后来加入的`))
    } else if (present.get(path) !== UNREAD && present.get(path) !== listed.get(path)) {
      findings.push(finding('changed', path, `${path}：内容与 ${manifest} 记载的哈希不符`))
    }
  }
  return findings
}

// Ledger lines, their receipts, what opens their commitments, parts and films: good and bad alike.
async function checkRecords(source, sums, info, vkeys) {
  const findings = []
  let ledger = emptyLedger()
  if (sums.get(LEDGER)) {
    ledger = await checkLedger(source.pieces(LEDGER))
    const count = ledger.lines.length
    findings.push(...ledger.findings, finding('ok', LEDGER, `台账 ${count} 行，哈希逐行重新计算，全部一致`))
    findings.push(...await checkReceipts(source, sums, ledger, vkeys))
  }
  if (sums.get(OPENINGS)) {
    const opened = await checkOpenings(source.pieces(OPENINGS), ledger)
    findings.push(...opened.findings)
    findings.push(finding('ok', OPENINGS, `个人信息承诺 ${opened.count} 项，逐项打开，全部一致`))
  }
  findings.push(...await checkParts(source, sums, info.get(ARCHIVE_UID) || ''))
  findings.push(...await checkFilms(source, sums, ledger))
  return findings
}

async function checkReceipts(source, sums, ledger, vkeys) {
  if (!sums.get(RECEIPTS)) {
    return [finding('unchecked', RECEIPTS, '档案里没有台账的回执，台账出自哪个日志未核')]
  }
  const bytes = await whole(source.pieces(RECEIPTS), 'receipts.json', LONGEST_RECEIPTS)
  return checkBundle(bytes, ledger, vkeys)
}

function infoOf(text) {
  return new Map(text.split('\n').filter(Boolean).map((line) => {
    const at = line.indexOf(': ')
    return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 2)]
  }))
}
