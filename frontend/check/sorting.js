// What was dropped: archives, lists, receipts, keys, and files that only mean something beside a list.
import { MANIFEST } from './bag.js'
import { baseName, manifestKind, SEGMENTS_FORMAT } from './lists.js'
import { parseJson } from './json.js'
import { LONGEST_RECEIPT, FORMAT } from './receipt.js'
import { RECEIPTS_FORMAT } from './bundle.js'
import { DECLARATION } from './sources.js'
import { decoded } from './text.js'
import { isVkeyText } from './typed.js'

const PART_KEYS_FORMAT = 'anlan-archive-keys/1'
const LONGEST_LIST = 64 << 20
const LONGEST_TEXT = 1 << 20

// Unpacked bags among the dropped folders, and the files that belong to none.
export function bagsAndLoose(files) {
  const roots = new Set()
  for (const { path } of files) {
    const parts = path.split('/')
    const name = parts.pop()
    const marks = name === DECLARATION || (name === MANIFEST && parts.length === 1)
    if (marks && parts.length && parts.length <= 2) roots.add(parts.join('/'))
  }
  const outer = [...roots].filter((root) => ![...roots].some((other) => root.startsWith(`${other}/`)))
  const bags = new Map(outer.map((root) => [root, new Map()]))
  const loose = []
  for (const entry of files) {
    const root = outer.find((one) => entry.path.startsWith(`${one}/`))
    if (root === undefined) loose.push(entry)
    else bags.get(root).set(entry.path.slice(root.length + 1), entry.file)
  }
  return { bags, loose }
}

// One loose file: its kind, and its content where that had to be read.
export async function sorted({ path, file }) {
  const head = new Uint8Array(await file.slice(0, 8).arrayBuffer())
  const starts = (text) => [...text].every((c, i) => head[i] === c.charCodeAt(0))
  if (starts('PK\x03\x04') || starts('PK\x05\x06') || /\.zip$/i.test(path)) return { path, file, kind: 'zip' }
  if (starts('%PDF-')) return { path, file, kind: 'pdf' }
  if (/\.jwt$/i.test(path)) return { path, file, kind: 'jwt' }
  if (manifestKind(path)) return { path, file, kind: 'manifest', bytes: await read(file, LONGEST_LIST) }
  if (/\.json$/i.test(path)) return sortedJson(path, file)
  return file.size <= LONGEST_TEXT ? sortedText(path, file) : { path, file, kind: 'other' }
}

async function sortedJson(path, file) {
  const bytes = await read(file, LONGEST_LIST)
  let parsed = null
  try {
    parsed = parseJson(bytes)
  } catch {
    return { path, file, kind: 'receipt', bytes }
  }
  const format = parsed instanceof Map ? parsed.get('format') : ''
  if (format === SEGMENTS_FORMAT) return { path, file, kind: 'segments', parsed }
  if (format === PART_KEYS_FORMAT) return { path, file, kind: 'part-keys' }
  if (format === RECEIPTS_FORMAT) return { path, file, kind: 'receipts', bytes }
  return { path, file, kind: 'receipt', bytes: bytes.subarray(0, LONGEST_RECEIPT), known: format === FORMAT }
}

async function sortedText(path, file) {
  const text = decoded(await read(file, LONGEST_TEXT))
  if (text !== null && isVkeyText(text)) return { path, file, kind: 'keys', text }
  if (text !== null && /\n\n— \S+ \S+\n/.test(text)) return { path, file, kind: 'note', text }
  return { path, file, kind: 'other' }
}

const read = async (file, most) => new Uint8Array(await file.slice(0, most).arrayBuffer())

export const titleOf = (path) => baseName(path)
