// The table at the end of a zip, read as Python's zipfile reads it, so that both see the same members.
import { Unreadable } from './findings.js'

const END = 0x06054b50, END64 = 0x06064b50, LOCATOR64 = 0x07064b50, MEMBER = 0x02014b50
const END_BYTES = 22, END64_BYTES = 56, LOCATOR64_BYTES = 20, MEMBER_BYTES = 46
const LONGEST_COMMENT = 1 << 16
const LARGEST_TABLE = 256 << 20
const NEWEST_VERSION = 63
export const UTF8_NAME = 0x800
const FULL = 0xffffffff
const CP437 = 'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0'

const broken = () => new Unreadable('不是完整的 zip 文件：可能传输中断或被截断，请重新取得一份')

export async function bytesOf(blob, from, to) {
  return new Uint8Array(await blob.slice(Math.max(from, 0), to).arrayBuffer())
}

const viewOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

// The members in the order of the table; raises Unreadable.
export async function readDirectory(blob) {
  const end = await findEnd(blob)
  const start = end.at - end.size // what stands before the zip is passed over
  const shift = start - end.offset
  if (start < 0 || end.size > LARGEST_TABLE) throw broken()
  const table = await bytesOf(blob, start, start + end.size)
  const members = []
  let at = 0
  while (at < end.size) {
    const [member, next] = readMember(table, at)
    member.offset += shift
    members.push(member)
    at = next
  }
  return members
}

async function findEnd(blob) {
  const tailAt = Math.max(blob.size - LONGEST_COMMENT - END_BYTES, 0)
  const tail = await bytesOf(blob, tailAt, blob.size)
  const view = viewOf(tail)
  let found = tail.length - END_BYTES
  if (found < 0) throw broken()
  if (view.getUint32(found, true) !== END || view.getUint16(found + 20, true)) {
    found = tail.length - 4
    while (found >= 0 && view.getUint32(found, true) !== END) found--
    if (found < 0 || found + END_BYTES > tail.length) throw broken()
  }
  const at = tailAt + found
  const plain = { at, size: view.getUint32(found + 12, true), offset: view.getUint32(found + 16, true) }
  return (await findEnd64(blob, at)) || plain
}

async function findEnd64(blob, at) {
  if (at < LOCATOR64_BYTES + END64_BYTES) return null
  const bytes = await bytesOf(blob, at - LOCATOR64_BYTES - END64_BYTES, at)
  const view = viewOf(bytes)
  if (view.getUint32(END64_BYTES, true) !== LOCATOR64) return null
  const disks = [view.getUint32(END64_BYTES + 4, true), view.getUint32(END64_BYTES + 16, true)]
  if (disks[0] || disks[1] > 1) throw broken()
  if (view.getUint32(0, true) !== END64) return null
  return { at: at - LOCATOR64_BYTES - END64_BYTES, size: uint64(view, 40), offset: uint64(view, 48) }
}

function uint64(view, at) {
  return view.getUint32(at + 4, true) * 0x100000000 + view.getUint32(at, true)
}

function readMember(table, at) {
  if (at + MEMBER_BYTES > table.length) throw broken()
  const view = viewOf(table)
  if (view.getUint32(at, true) !== MEMBER) throw broken()
  const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => view.getUint16(at + field, true))
  const flags = view.getUint16(at + 8, true)
  const nameAt = at + MEMBER_BYTES
  const stored = nameOf(table.subarray(nameAt, nameAt + nameBytes), flags)
  if (table[at + 6] > NEWEST_VERSION || stored === null) throw broken()
  const member = {
    stored,
    name: stored.split('\0')[0],
    flags,
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    packed: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    mode: view.getUint16(at + 40, true),
    offset: view.getUint32(at + 42, true),
  }
  readExtra(table.subarray(nameAt + nameBytes, nameAt + nameBytes + extraBytes), member)
  return [member, nameAt + nameBytes + extraBytes + commentBytes]
}

function readExtra(extra, member) {
  const view = viewOf(extra)
  for (let at = 0; at + 4 <= extra.length;) {
    const end = at + 4 + view.getUint16(at + 2, true)
    if (end > extra.length) throw broken()
    if (view.getUint16(at, true) === 1) readZip64(viewOf(extra.subarray(at + 4, end)), member)
    at = end
  }
}

function readZip64(view, member) {
  let at = 0
  for (const field of ['size', 'packed', 'offset']) {
    if (member[field] !== FULL) continue
    if (at + 8 > view.byteLength) throw broken()
    member[field] = uint64(view, at)
    at += 8
  }
}

// UTF-8 where the flag says so, the old PC's letters elsewhere; null if it is not UTF-8.
export function nameOf(bytes, flags) {
  if (!(flags & UTF8_NAME)) {
    return Array.from(bytes, (byte) => (byte < 128 ? String.fromCharCode(byte) : CP437[byte - 128])).join('')
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}
