// All that was dropped, one outcome each: {title, sort, tone, conclusion, findings, facts, …}.
import { verifyBag } from './bag.js'
import { canonical, hex } from './canonical.js'
import { parseCheckpoint } from './checkpoint.js'
import { ofArchive, ofList, ofNote, ofReceipt } from './conclusions.js'
import { Bad, finding, Unreadable } from './findings.js'
import { parseJson } from './json.js'
import { keyProblems, sealProblems } from './keys.js'
import { keyLines } from './typed.js'
import {
  baseName, compareWithList, fileHash, isSegmentName, manifestKind, readManifest, readSegments, segmentFindings,
} from './lists.js'
import { parseVkey } from './notes.js'
import { checkReceiptFile, signatureFindings } from './receipt.js'
import { bagsAndLoose, sorted, titleOf } from './sorting.js'
import { openFolder, openZip } from './sources.js'

// `asked`: {files: [{path, file}], keys: [vkey], seals: [hex]}; `progress(bytes, name)`.
export async function verifyAll(asked, progress) {
  const { bags, loose } = bagsAndLoose(asked.files)
  const pieces = []
  for (const one of loose) pieces.push(await sorted(one))
  const of = (kind) => pieces.filter((one) => one.kind === kind)
  const given = of('keys').flatMap((one) => keyLines(one.text))
  const vkeys = [...new Set([...asked.keys, ...given])]
  const context = { vkeys, keys: goodKeys(vkeys), seals: asked.seals, progress }
  const lists = await checkLists(pieces, context)
  const outcomes = []
  for (const [root, files] of bags) outcomes.push(await archive(root, () => openFolder(files), context))
  for (const one of pieces) {
    if (!lists.known.has(one.path)) outcomes.push(await single(one, context))
  }
  return {
    outcomes: worstFirst([...outcomes.filter(Boolean), ...lists.outcomes]),
    keysFromFiles: given,
    keysUsed: context.keys.map((key) => `${key.name}+${hex(key.id)}`),
    problems: { keys: keyProblems(asked.keys), seals: sealProblems(asked.seals) },
  }
}

const worstFirst = (outcomes) => ['stop', 'warn', 'ok'].flatMap((tone) => outcomes.filter((one) => one.tone === tone))

const goodKeys = (vkeys) => vkeys.flatMap((text) => {
  try {
    return [parseVkey(text)]
  } catch {
    return []
  }
})

async function single(one, context) {
  switch (one.kind) {
    case 'zip': return archive(titleOf(one.path), () => openZip(one.file), context)
    case 'receipt': return receipt(one, context)
    case 'receipts': return receiptsAlone(one)
    case 'note': return note(one, context)
    case 'pdf': return forTheCommand(one, 'PDF', 'PDF 里的电子签名（PAdES）', ' --trust 发证机关证书.pem')
    case 'jwt': return forTheCommand(one, '电子徽章', '电子徽章的签名', ' --trust 发证机关证书.pem')
    case 'part-keys': return forTheCommand(one, '钥匙文件', '加密件的内容', '', '档案.zip --keys ')
    case 'other': return unknown(one, context)
    default: return null
  }
}

async function archive(title, open, { vkeys, seals, progress }) {
  let verdict
  try {
    verdict = await verifyBag(await open(), vkeys, progress)
  } catch (wrong) {
    if (!(wrong instanceof Unreadable)) throw wrong
    verdict = { findings: [finding('malformed', title, `${title}：${wrong.message}`)], files: 0, bytes: 0, info: [], seal: '' }
  }
  const [tone, conclusion] = ofArchive(verdict, vkeys.length > 0)
  const outcome = { title, sort: '封存档案', tone, conclusion, findings: verdict.findings, facts: verdict.info, seal: verdict.seal }
  return seals.length && verdict.seal ? withSeal(outcome, seals) : outcome
}

function withSeal(outcome, seals) {
  if (seals.includes(outcome.seal)) {
    const text = '封签：与所给的封签一致'
    return { ...outcome, sealed: true, findings: [...outcome.findings, finding('ok', '封签', text)] }
  }
  const text = '封签不符：所给封签与这份档案不一致，档案可能被整体替换'
  return {
    ...outcome, tone: 'stop', conclusion: '档案不可信，原因见下。',
    findings: [...outcome.findings, finding('changed', '封签', text)],
  }
}

function receipt({ path, bytes }, { vkeys }) {
  const findings = checkReceiptFile(bytes, vkeys)
  const [tone, conclusion] = ofReceipt(findings)
  return { title: titleOf(path), sort: '回执', tone, conclusion, findings, facts: [], leaf: leafOf(bytes) }
}

// What the record says, for people to read: a proof of the wrong record proves nothing.
function leafOf(bytes) {
  try {
    return [...parseJson(bytes).get('leaf')].map(([name, value]) => [name, typeof value === 'string' ? value : canonical(value)])
  } catch {
    return []
  }
}

function receiptsAlone({ path }) {
  const text = '这是档案里的回执汇总，要和台账一起核对。请把整份档案（zip 或解开的文件夹）放进来'
  return alone(path, '回执汇总', text)
}

function note({ path, text }, { keys }) {
  let findings
  try {
    const checkpoint = parseCheckpoint(text)
    findings = [
      finding('ok', '检查点', `检查点：日志 ${checkpoint.origin}，共 ${checkpoint.size} 条`),
      ...signatureFindings(checkpoint, keys),
    ]
  } catch (wrong) {
    if (!(wrong instanceof Bad)) throw wrong
    findings = [finding('malformed', '检查点', wrong.message)]
  }
  const [tone, conclusion] = ofNote(findings)
  return { title: titleOf(path), sort: '检查点', tone, conclusion, findings, facts: [] }
}

function forTheCommand({ path }, sort, what, after, before = '') {
  const text = `${what}这个页面不核对，请用命令核对`
  return { ...alone(path, sort, text), command: `anlan verify ${before}"${titleOf(path)}"${after}` }
}

async function unknown({ path, file }, { progress }) {
  const hash = await fileHash(file, progress)
  const text = hash === null
    ? '读不到这个文件，请核对它是否还在'
    : '不是回执、档案或清单，单独一个文件无从核对。请连同清单一起放进来，或把下面的哈希与清单比对'
  return { ...alone(path, '文件', text), facts: hash === null ? [] : [['SHA-256', hash]] }
}

function alone(path, sort, text) {
  const title = titleOf(path)
  return { title, sort, tone: 'warn', conclusion: '没有核对。', findings: [finding('unchecked', title, `${title}：${text}`)], facts: [] }
}

// Every list with the loose files that it names; what no list names is one too many.
async function checkLists(pieces, { progress }) {
  const outcomes = [], known = new Set()
  const hashes = new Map()
  const hashOf = async (file) => {
    if (!hashes.has(file)) hashes.set(file, await fileHash(file, progress))
    return hashes.get(file)
  }
  for (const one of pieces.filter(isList)) {
    const title = titleOf(one.path), segments = one.kind === 'segments'
    const list = segments ? readSegments(one.parsed, title) : readManifest(one.bytes, manifestKind(one.path))
    const compared = await compareWithList(list.entries, pieces.filter((other) => other !== one), hashOf)
    compared.known.forEach((path) => known.add(path))
    outcomes.push({
      title, sort: segments ? '分段清单' : '清单', facts: list.facts || [], segments, entries: list.entries,
      findings: [...list.problems, ...compared.findings],
    })
  }
  addStrangers(outcomes, pieces, known)
  for (const outcome of outcomes) conclude(outcome)
  return { outcomes, known }
}

const isList = ({ kind }) => kind === 'manifest' || kind === 'segments'

function addStrangers(outcomes, pieces, known) {
  const manifest = outcomes.find((one) => !one.segments)
  const target = manifest || outcomes[0]
  if (!target) return
  for (const { path, kind } of pieces) {
    if (known.has(path) || !['other', 'pdf', 'jwt'].includes(kind) || !(manifest || isSegmentName(path))) continue
    known.add(path)
    const text = manifest ? '清单中没有，是多出的' : '清单中没有这一段，是后来加入的'
    target.findings.push(finding('added', baseName(path), `${baseName(path)}：${text}`))
  }
}

function conclude(outcome) {
  [outcome.tone, outcome.conclusion] = ofList(outcome.findings)
  if (outcome.segments) outcome.findings = segmentFindings(outcome.title, outcome.entries, outcome.findings)
  delete outcome.entries
}
