// A list of hashes and the files that came with it: a bag's manifest, or a live recording's segments.
import { manifestLines, MANIFEST, TAGMANIFEST } from './bag.js'
import { Bad, finding, Unreadable } from './findings.js'
import { isHash } from './receipt.js'
import { filePieces } from './sources.js'
import { sumOf } from './sums.js'
import { decoded } from './text.js'

export const SEGMENTS_FORMAT = 'anlan-segments/1'
const MOST_SEGMENTS = 200000
const NAME = /^[\p{L}\p{N}_.-]{1,80}$/u
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

// A segment list, parsed JSON, as anlan.proofs.segments reads it: rows numbered from 0, names that are plain.
export function readSegments(list, name) {
  try {
    const segments = list.get('segments')
    if (!Array.isArray(segments) || segments.length > MOST_SEGMENTS) throw new Bad('没有分段')
    const entries = segments.map((row, no) => {
      if (!(row instanceof Map) || row.get('no') !== no) throw new Bad('编号不连续')
      return entryOf(row, `第 ${no} 段${clockOf(row)}`)
    })
    const init = list.get('init')
    if (init && init.size !== 0 && init.length !== 0) entries.unshift(entryOf(init, '初始化段'))
    if (new Set(entries.map((entry) => entry.path)).size !== entries.length) throw new Bad('同名两次')
    return { entries, problems: [], facts: span(list, segments) }
  } catch (wrong) {
    if (!(wrong instanceof Bad)) throw wrong
    return { entries: [], problems: [finding('malformed', name, `${name}：不是可读的分段清单`)], facts: [] }
  }
}

function entryOf(row, where) {
  const field = (key) => (row instanceof Map ? row.get(key) : undefined)
  const [path, hash, size] = [field('name'), field('sha256'), field('size')]
  if (typeof path !== 'string' || !NAME.test(path) || !isHash(hash) || !Number.isSafeInteger(size)) throw new Bad('不规范')
  return { path, hash, size, where }
}

const clockOf = (row) => {
  const clock = String(row.get('starts_at') || '').slice(11, 19)
  return clock && `（${clock}Z 起）`
}

function span(list, segments) {
  const facts = [['录像编号', String(list.get('recording') || '')]]
  const times = segments.map((one) => [Date.parse(one.get('starts_at')), Number(one.get('duration_ms'))])
  if (!times.length || times.some(([start, length]) => Number.isNaN(start) || Number.isNaN(length))) return facts
  const seconds = Math.round(times.reduce((sum, [, length]) => sum + length, 0) / 1000)
  facts.push(['录像', `${segments.length} 段，共 ${Math.floor(seconds / 60)} 分 ${seconds % 60} 秒`])
  const gaps = times.slice(1).map(([start], i) => start - times[i][0] - times[i][1]).filter((gap) => gap > GAP_MS)
  const missing = Math.round(gaps.reduce((sum, gap) => sum + gap, 0) / 1000)
  facts.push(['时间轴空档', gaps.length ? `${gaps.length} 处，共 ${missing} 秒` : '没有'])
  return facts
}

// What a list of segments says when it was compared: what is wrong, or one line that all is well.
export function segmentFindings(name, entries, findings) {
  const wrong = findings.filter((one) => one.kind !== 'ok')
  if (wrong.length || !entries.length) return wrong
  return [finding('ok', name, `${entries.length} 段录像逐一核对，与清单一致`)]
}

// Is this what a segment is called? Only such a stranger is one too many.
export const isSegmentName = (path) => /^(?:seg-[0-9]+|init)\.\w{2,4}$/.test(baseName(path))

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

function outcome({ path, hash, size, where }, found) {
  const said = (kind, text) => finding(kind, path, `${path}：${where || ''}${text}`)
  if (!found) return said('removed', where ? '缺失，清单中有，文件没有' : '清单中有，放进来的文件里没有')
  if (found.hash === null) return said('changed', '已损坏，读不出来')
  if (found.file.size < size) return said('changed', `被截短，应有 ${size} 字节，只有 ${found.file.size} 字节`)
  if (found.hash !== hash) return said('changed', `${where ? '被改动，' : ''}内容与清单记载的哈希不符`)
  return said('ok', '与清单一致')
}

// A file's SHA-256; null if it cannot be read.
export async function fileHash(file, progress) {
  try {
    return (await sumOf(filePieces(file), file.size, (piece) => progress(piece.length, file.name))).sum
  } catch (wrong) {
    if (wrong instanceof Unreadable) return null
    throw wrong
  }
}
