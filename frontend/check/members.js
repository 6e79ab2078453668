// The bytes of one member of a zip, piece by piece: nothing is held whole, nothing written to disk.
import { Inflate } from 'fflate'
import { bytesOf, nameOf } from './directory.js'
import { Unreadable } from './findings.js'

const STORED_CHUNK = 2 << 20
const PACKED_CHUNK = 64 << 10 // swells to 66 MB at the most
const LOCAL = 0x04034b50, LOCAL_BYTES = 30
const PATCHED = 0x20, STRONGLY_ENCRYPTED = 0x40
const STORED = 0

const damaged = () => new Unreadable('内容已损坏，无法完整读出')

// The reader stops at the declared size; what unpacks to other bytes is told by the CRC.
export async function* memberPieces(blob, member) {
  let left = member.size, crc = 0
  for await (const piece of unpacked(blob, member, await dataStart(blob, member))) {
    const part = piece.length > left ? piece.subarray(0, left) : piece
    left -= part.length
    crc = crc32(part, crc)
    if (part.length) yield part
    if (left <= 0) break
  }
  if (crc !== member.crc) throw damaged()
}

async function dataStart(blob, member) {
  if (member.offset < 0 || member.flags & (PATCHED | STRONGLY_ENCRYPTED)) throw damaged()
  const head = await bytesOf(blob, member.offset, member.offset + LOCAL_BYTES)
  if (head.length < LOCAL_BYTES) throw damaged()
  const view = new DataView(head.buffer)
  const nameAt = member.offset + LOCAL_BYTES, nameBytes = view.getUint16(26, true)
  const name = nameOf(await bytesOf(blob, nameAt, nameAt + nameBytes), view.getUint16(6, true))
  if (view.getUint32(0, true) !== LOCAL || name !== member.stored) throw damaged()
  return nameAt + nameBytes + view.getUint16(28, true)
}

async function* unpacked(blob, member, start) {
  if (member.method === STORED) yield* stored(blob, start, member.packed, STORED_CHUNK)
  else yield* inflated(blob, start, member.packed)
}

async function* stored(blob, start, size, chunk) {
  for (let at = 0; at < size; at += chunk) {
    const piece = await bytesOf(blob, start + at, start + Math.min(at + chunk, size))
    if (!piece.length) throw damaged()
    yield piece
  }
}

async function* inflated(blob, start, size) {
  const ready = []
  const inflate = new Inflate((piece) => ready.push(piece))
  for await (const piece of stored(blob, start, size, PACKED_CHUNK)) {
    try {
      inflate.push(piece)
    } catch {
      throw damaged()
    }
    while (ready.length) yield ready.shift()
  }
}

const TABLES = makeTables()

function makeTables() {
  const tables = Array.from({ length: 8 }, () => new Int32Array(256))
  for (let n = 0; n < 256; n++) {
    let c = n
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1
    tables[0][n] = c
  }
  for (let n = 0; n < 256; n++) {
    for (let t = 1; t < 8; t++) tables[t][n] = (tables[t - 1][n] >>> 8) ^ tables[0][tables[t - 1][n] & 255]
  }
  return tables
}

// CRC-32 of a zip, eight bytes a step.
function crc32(bytes, before) {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES
  let c = ~before, i = 0
  for (const end = bytes.length - 7; i < end; i += 8) {
    c ^= bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24)
    c = t7[c & 255] ^ t6[(c >>> 8) & 255] ^ t5[(c >>> 16) & 255] ^ t4[c >>> 24]
      ^ t3[bytes[i + 4]] ^ t2[bytes[i + 5]] ^ t1[bytes[i + 6]] ^ t0[bytes[i + 7]]
  }
  for (; i < bytes.length; i++) c = (c >>> 8) ^ t0[(c ^ bytes[i]) & 255]
  return ~c >>> 0
}
