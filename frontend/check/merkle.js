// Does a proof lead from a leaf hash at this place to this root? RFC 9162 §2.1.3.2.
import { digest, joined, sameBytes } from './canonical.js'

const children = (left, right, alg) => digest(joined([1], left, right), alg)

// `index` and `size` are BigInt: a log may hold more than 2^53 entries, a forger may claim it.
export function verifyInclusion(leaf, index, size, proof, root, alg) {
  const zero = BigInt(0), one = BigInt(1)
  const odd = (n) => (n & one) === one
  if (index < zero || index >= size) return false
  let place = index, last = size - one, reached = leaf
  for (const sibling of proof) {
    if (last === zero) return false
    if (odd(place) || place === last) {
      reached = children(sibling, reached, alg)
      while (place !== zero && !odd(place)) { place >>= one; last >>= one } // up until it stands on the right
    } else {
      reached = children(reached, sibling, alg)
    }
    place >>= one
    last >>= one
  }
  return last === zero && sameBytes(reached, root)
}
