// A list of hashes and the files that came with it: a bag's manifest, or a live recording's segments.
import { sha256 } from '@noble/hashes/sha2.js'
import { manifestLines, MANIFEST, TAGMANIFEST } from './bag.js'
import { hex } from './canonical.js'
import { finding, Unreadable } from './findings.js'
import { isHash } from './receipt.js'
import { filePieces } from './sources.js'
import { decoded } from './text.js'

export const SEGMENTS_FORMAT = 'anlan-segments/1'
const GAP_MS = 1500 // a camera's own jitter is no gap

export const baseName = (path) => path.slice(path.lastIndexOf('/') + 1)

// Is a file of this name a manifest? Browsers number what is downloaded twice.
export function manifestKind(path) {
  const name = baseName(path).replace(/ ?\(\d+\)(?=\.txt$)/, '')
  return name === MANIFEST || name === TAGMANIFEST ? name : ''
}

// A manifest as a list: entries of {path, hash}, and what is wrong with its lines.
export function readManifest(bytes, kind) {
  const problems = []
  const text = decoded(bytes)
  if (text === null) return { entries: [], problems: [finding('malformed', kind, `${kind}：无法作为 UTF-8 文本读出`)] }
  const lines = manifestLines(text, kind, problems)
  if (!lines.size && !problems.length) problems.push(finding('malformed', kind, `${kind}：清单是空的`))
  return { entries: [...lines].map(([path, hash]) => ({ path, hash })), problems }
}

// A segment list, parsed JSON: the init piece and the segments, whether their numbers run on, gaps in time.
export function readSegments(list, name) {
  const problems = [], entries = []
  const wrong = (text) => problems.push(finding('malformed', name, `${name}：${text}`))
  const segments = list.get('segments'), init = list.get('init')
  if (!Array.isArray(segments)) wrong('缺少 segments，或写法不合规范')
  else segments.forEach((segment, i) => take(segment, `第 ${i + 1} 段`, entries, wrong))
  if (init instanceof Map || (init !== null && init !== undefined)) take(init, '开头段 init', entries, wrong)
  const numbers = Array.isArray(segments) && !problems.length ? segments.map((one) => one.get('no')) : []
  numbers.forEach((no, i) => {
    const before = numbers[i - 1]
    if (!Number.isSafeInteger(no)) wrong(`第 ${i + 1} 段没有编号`)
    else if (i && no !== before + 1) {
      problems.push(finding('removed', name, `${name}：编号 ${before} 之后是 ${no}，中间的段不在清单里`))
    }
  })
  return { entries, problems, facts: problems.length ? [] : span(list, segments) }
}

function take(segment, label, entries, wrong) {
  const field = (key) => (segment instanceof Map ? segment.get(key) : undefined)
  const [path, hash, size] = [field('name'), field('sha256'), field('size')]
  if (typeof path !== 'string' || !path || !isHash(hash) || !Number.isSafeInteger(size)) {
    wrong(`${label}缺少 name、sha256、size 之一，或写法不合规范`)
  } else if (entries.some((entry) => entry.path === path)) {
    wrong(`${label}的文件名 ${path} 出现两次`)
  } else {
    entries.push({ path, hash, size })
  }
}

function span(list, segments) {
  const facts = []
  if (typeof list.get('recording') === 'string') facts.push(['录像编号', list.get('recording')])
  const times = segments.map((one) => [Date.parse(one.get('starts_at')), Number(one.get('duration_ms'))])
  if (!times.length || times.some(([start, length]) => Number.isNaN(start) || Number.isNaN(length))) return facts
  const seconds = Math.round(times.reduce((sum, [, length]) => sum + length, 0) / 1000)
  facts.push(['录像', `${segments.length} 段，共 ${Math.floor(seconds / 60)} 分 ${seconds % 60} 秒`])
  const gaps = times.slice(1).map(([start], i) => start - times[i][0] - times[i][1]).filter((gap) => gap > GAP_MS)
  const missing = Math.round(gaps.reduce((sum, gap) => sum + gap, 0) / 1000)
  facts.push(['时间轴空档', gaps.length ? `${gaps.length} 处，共 ${missing} 秒` : '没有'])
  return facts
}

// Compare the files with a list. `files`: [{path, file}], hashed here; returns findings and who was listed.
export async function compareWithList(entries, files, hashOf) {
  const findings = [], used = new Map(), known = new Set()
  for (const { path, file } of files) {
    const candidates = entries.filter((entry) => isNamed(entry, path, used))
    if (!candidates.length) continue
    known.add(path)
    const hash = await hashOf(file)
    used.set(candidates.find((entry) => entry.hash === hash) || candidates[0], { path, file, hash })
  }
  for (const entry of entries) findings.push(outcome(entry, used.get(entry)))
  return { findings, known }
}

// The whole path, or its last part where a file came without its folder.
function isNamed(entry, path, used) {
  if (used.has(entry)) return false
  return path === entry.path || path.endsWith(`/${entry.path}`) || (baseName(path) === path && baseName(entry.path) === path)
}

function outcome(entry, found) {
  if (!found) return finding('removed', entry.path, `${entry.path}：清单中有，放进来的文件里没有`)
  if (found.hash === null) return finding('changed', entry.path, `${entry.path}：内容已损坏，无法完整读出`)
  if (found.hash !== entry.hash || (entry.size !== undefined && entry.size !== found.file.size)) {
    return finding('changed', entry.path, `${entry.path}：内容与清单记载的哈希不符`)
  }
  return finding('ok', entry.path, `${entry.path}：与清单一致`)
}

// A file's SHA-256; null if it cannot be read.
export async function fileHash(file, progress) {
  const digest = sha256.create()
  try {
    for await (const piece of filePieces(file)) {
      digest.update(piece)
      progress(piece.length, file.name)
    }
  } catch (wrong) {
    if (wrong instanceof Unreadable) return null
    throw wrong
  }
  return hex(digest.digest())
}
