// An archive that somebody else made, as zip or as a folder: nothing is unpacked, nothing is trusted.
// What would harm whoever unpacks it is reported or refused here; the rules of anlan.proofs.sources.
import { readDirectory } from './directory.js'
import { finding, Unreadable } from './findings.js'
import { memberPieces } from './members.js'
import { sameName, whyUnsafe } from './text.js'

export const DECLARATION = 'bagit.txt'
const MOST_FILES = 200000
const BOMB_BYTES = 64 << 20 // a smaller file is harmless however well it was packed
const BOMB_RATIO = 200
const ENCRYPTED = 1
const METHODS = [0, 8]
const FILE_CHUNK = 2 << 20
const KIND_OF_FILE = 0o170000, LINK = 0o120000

const malformed = (name, text) => finding('malformed', shown(name), `${shown(name)}：${text}`)

// Half of a character pair cannot be shown.
const shown = (name) => Array.from(name, (c) => (/^[\ud800-\udfff]$/.test(c) ? '\ufffd' : c)).join('')

export async function openZip(blob) {
  const members = (await readDirectory(blob)).filter((member) => !member.name.endsWith('/'))
  refuseBombs(members, blob.size)
  const base = baseOf(members.map((member) => member.name))
  const outside = members.filter((member) => !member.name.startsWith(base))
  const byRaw = new Map()
  const raws = []
  for (const member of members) {
    if (!member.name.startsWith(base)) continue
    byRaw.set(member.name.slice(base.length), member)
    raws.push(member.name.slice(base.length))
  }
  const [named, problems] = checked(raws)
  const links = [...named].filter(([, raw]) => (byRaw.get(raw).mode & KIND_OF_FILE) === LINK)
  return {
    size: blob.size,
    names: [...named.keys()].sort(),
    problems: [
      ...outside.map((member) => malformed(member.name, '不在档案目录之内')),
      ...problems,
      ...links.map(([name]) => malformed(name, '是链接，不是文件')),
    ],
    sizeOf: (name) => byRaw.get(named.get(name)).size,
    pieces: (name) => memberPieces(blob, byRaw.get(named.get(name))),
  }
}

// `files`: path inside the folder → File.
export function openFolder(files) {
  const [named, problems] = checked([...files.keys()])
  return {
    size: [...files.values()].reduce((sum, file) => sum + file.size, 0),
    names: [...named.keys()].sort(),
    problems,
    sizeOf: (name) => files.get(named.get(name)).size,
    pieces: (name) => filePieces(files.get(named.get(name))),
  }
}

export async function* filePieces(file) {
  for (let at = 0; at < file.size; at += FILE_CHUNK) {
    try {
      yield new Uint8Array(await file.slice(at, at + FILE_CHUNK).arrayBuffer())
    } catch {
      throw new Unreadable('内容已损坏，无法完整读出')
    }
  }
}

// Safe names (NFC) → as stored; and what is wrong with the others.
function checked(raws) {
  const named = new Map(), seen = new Set(), problems = []
  for (const raw of raws) {
    const name = raw.normalize('NFC')
    const reason = whyUnsafe(name)
    if (reason) {
      problems.push(malformed(name, reason))
    } else if (seen.has(sameName(name))) {
      problems.push(malformed(name, '同名文件出现两次，无法判断哪一个是真的'))
    } else {
      seen.add(sameName(name))
      named.set(name, raw)
    }
  }
  return [named, problems]
}

// The one folder in the zip that holds the bag: "" or "name/".
function baseOf(names) {
  const bases = new Set(names.filter(declares).map((name) => name.slice(0, -DECLARATION.length)))
  if (bases.size !== 1) throw new Unreadable(`里面没有（或不止一个）${DECLARATION}，不是封存档案`)
  return [...bases][0]
}

const declares = (name) => name === DECLARATION || (name.split('/').length === 2 && name.endsWith(`/${DECLARATION}`))

// Before a byte is unpacked: too many files, overlapping files, unbelievable ratios.
function refuseBombs(members, size) {
  if (members.length > MOST_FILES) throw new Unreadable(`文件超过 ${MOST_FILES} 个，拒绝读取`)
  if (members.reduce((sum, member) => sum + member.packed, 0) > size) {
    throw new Unreadable('声明的内容比压缩包本身还大（文件互相重叠），拒绝读取')
  }
  for (const { name, size: unpacked, packed, flags, method } of members) {
    if (unpacked > BOMB_BYTES && unpacked > BOMB_RATIO * Math.max(packed, 1)) {
      throw new Unreadable(`'${shown(name)}' 解压后膨胀 ${BOMB_RATIO} 倍以上，拒绝读取`)
    }
    if (flags & ENCRYPTED || !METHODS.includes(method)) {
      throw new Unreadable(`'${shown(name)}' 已加密或压缩方式不受支持，拒绝读取`)
    }
  }
}
