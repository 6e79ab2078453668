// What lies in an archive beside its records: encrypted parts, whose heads say where they belong, and films.
import { fromHex } from './canonical.js'
import { Bad, finding, Unreadable } from './findings.js'
import { parseJson } from './json.js'
import { whole } from './ledger.js'
import { pythonText } from './openings.js'

const SUFFIX = '.enc', PAYLOAD = 'data/'
const FORMAT = 'anlan-part/1', KDF = 'HKDF-SHA256', ALGS = ['AES-256-GCM', 'SM4-GCM']
const LONGEST_HEADER = 4096
const MOST_CHUNK = 16 << 20
const NONCE_BYTES = 7
const NEWLINE = 10
const FILMS = 'data/06-录像/录像清单.json'

const short = (path) => path.slice(PAYLOAD.length)

// Every encrypted part: is it this archive's, in its own place? Opening it is the command's work.
export async function checkParts(source, sums, archive) {
  const findings = []
  for (const name of source.names) {
    if (!name.startsWith(PAYLOAD) || !name.endsWith(SUFFIX)) continue
    findings.push(sums.get(name) ? await checkPart(source, name, archive) : unread(name))
  }
  return findings
}

const unread = (name) => finding('malformed', name, `${short(name)}：内容已损坏，无法完整读出`)

async function checkPart(source, name, archive) {
  let head
  try {
    head = header(await firstLine(source.pieces(name)))
  } catch (wrong) {
    if (wrong instanceof Unreadable) return unread(name)
    if (wrong instanceof Bad) return finding('malformed', name, `${short(name)}：${wrong.message}`)
    throw wrong
  }
  if (head.get('archive') === archive && head.get('path') === name) {
    return finding('withheld', name, `${short(name)}：未开封：没有给出钥匙`)
  }
  const own = head.get('path').startsWith(PAYLOAD) ? short(head.get('path')) : head.get('path')
  const where = head.get('archive') === archive ? `原是“${own}”` : '是另一份档案里的'
  return finding('changed', name, `${short(name)}：加密件放错了位置，${where}，两件可能被调换`)
}

async function firstLine(pieces) {
  let held = new Uint8Array(0)
  for await (const piece of pieces) {
    const joint = new Uint8Array(held.length + piece.length)
    joint.set(held)
    joint.set(piece, held.length)
    held = joint
    if (held.includes(NEWLINE) || held.length > LONGEST_HEADER) break
  }
  const end = held.indexOf(NEWLINE)
  if (end < 0 || end > LONGEST_HEADER) throw new Bad('不是加密件：缺少文件头')
  return held.subarray(0, end)
}

function header(line) {
  let said
  try {
    said = parseJson(line)
    if (!(said instanceof Map)) throw new Bad('')
    if (fromHex(said.get('nonce')).length !== NONCE_BYTES) throw new Bad('')
  } catch (wrong) {
    if (!(wrong instanceof Bad)) throw wrong
    throw new Bad('文件头不规范，被改动或不完整')
  }
  const texts = ['archive', 'path', 'key'].every((name) => typeof said.get(name) === 'string')
  const chunk = said.get('chunk')
  const known = said.get('format') === FORMAT && said.get('kdf') === KDF && ALGS.includes(said.get('alg'))
  if (!known || !texts || !Number.isSafeInteger(chunk) || chunk <= 0 || chunk > MOST_CHUNK || !/^[0-9a-f]+$/.test(said.get('key'))) {
    throw new Bad('文件头不规范，被改动或格式不受支持')
  }
  return said
}

// Is each film the one that was listed, and was the listed one recorded in the ledger?
export async function checkFilms(source, sums, ledger) {
  const recorded = new Set(ledger.lines.filter((line) => line.data.has('sha256')).map((line) => pythonText(line.data.get('sha256'))))
  const findings = []
  const films = sums.get(FILMS) ? await readFilms(source) : []
  films.forEach((film, i) => {
    const listed = textOf(film, 'sha256'), path = textOf(film, 'path')
    const plain = path.endsWith(SUFFIX) ? '' : sums.get(path) || ''
    if (plain && plain !== listed) {
      const text = `${path.replace(/^data\//, '')}：录像第 ${i + 1} 段与录像清单记载的哈希不符，内容被改动或截断`
      findings.push(finding('changed', path, text))
    }
    if (recorded.size && !recorded.has(listed)) {
      const text = `录像第 ${i + 1} 段：录像清单写的哈希在台账中没有记载，清单被改动或录像被替换`
      findings.push(finding('changed', FILMS, text))
    }
  })
  return findings
}

const textOf = (film, name) => (film.has(name) ? pythonText(film.get(name)) : '')

// What cannot be read is reported by the manifest, or is no list at all.
async function readFilms(source) {
  try {
    const listed = parseJson(await whole(source.pieces(FILMS), FILMS))
    return Array.isArray(listed) ? listed.filter((film) => film instanceof Map) : []
  } catch (wrong) {
    if (wrong instanceof Bad || wrong instanceof Unreadable) return []
    throw wrong
  }
}
