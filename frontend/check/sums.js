// SHA-256 of what comes in pieces: by the browser itself where it may be held whole, else step by step.
// Browsers keep their own hashing from pages on plain http, as in an office's network.
import { sha256 } from '@noble/hashes/sha2.js'
import { hex } from './canonical.js'

const MOST_HELD = 32 << 20
const subtle = self.isSecureContext && self.crypto && self.crypto.subtle

// `size` is what was declared: no piece goes beyond it. `seen(piece)` is called for every piece.
export async function sumOf(pieces, size, seen) {
  const held = subtle && size <= MOST_HELD ? new Uint8Array(size) : null
  const digest = held ? null : sha256.create()
  let read = 0
  for await (const piece of pieces) {
    if (held) held.set(piece, read)
    else digest.update(piece)
    read += piece.length
    seen(piece)
  }
  const sum = held ? new Uint8Array(await subtle.digest('SHA-256', held.subarray(0, read))) : digest.digest()
  return { sum: hex(sum), size: read }
}
