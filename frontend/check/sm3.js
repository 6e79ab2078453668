// SM3, GB/T 32905-2016: Merkle–Damgård over 64-byte blocks, eight 32-bit words.
const BLOCK = 64
const START = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e]

const turn = (x, n) => (n %= 32) ? (x << n) | (x >>> (32 - n)) : x
const P0 = (x) => x ^ turn(x, 9) ^ turn(x, 17)
const P1 = (x) => x ^ turn(x, 15) ^ turn(x, 23)
const T = Array.from({ length: 64 }, (_, j) => turn(j < 16 ? 0x79cc4519 : 0x7a879d8a, j))

export function sm3(data) {
  const padded = pad(data)
  const view = new DataView(padded.buffer)
  const state = Int32Array.from(START)
  for (let at = 0; at < padded.length; at += BLOCK) compress(state, expand(view, at))
  const result = new DataView(new ArrayBuffer(32))
  state.forEach((word, i) => result.setInt32(4 * i, word))
  return new Uint8Array(result.buffer)
}

function pad(data) {
  const padded = new Uint8Array(Math.ceil((data.length + 9) / BLOCK) * BLOCK)
  padded.set(data)
  padded[data.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 8, Math.floor(data.length / 0x20000000))
  view.setUint32(padded.length - 4, data.length << 3)
  return padded
}

function expand(view, at) {
  const W = new Int32Array(68)
  for (let j = 0; j < 16; j++) W[j] = view.getInt32(at + 4 * j)
  for (let j = 16; j < 68; j++) {
    W[j] = P1(W[j - 16] ^ W[j - 9] ^ turn(W[j - 3], 15)) ^ turn(W[j - 13], 7) ^ W[j - 6]
  }
  return W
}

function compress(state, W) {
  let [A, B, C, D, E, F, G, H] = state
  for (let j = 0; j < 64; j++) {
    const early = j < 16
    const SS1 = turn((turn(A, 12) + E + T[j]) | 0, 7)
    const FF = early ? A ^ B ^ C : (A & B) | (A & C) | (B & C)
    const GG = early ? E ^ F ^ G : (E & F) | (~E & G)
    const TT1 = (FF + D + (SS1 ^ turn(A, 12)) + (W[j] ^ W[j + 4])) | 0
    const TT2 = (GG + H + SS1 + W[j]) | 0
    D = C; C = turn(B, 9); B = A; A = TT1
    H = G; G = turn(F, 19); F = E; E = P0(TT2)
  }
  const turned = [A, B, C, D, E, F, G, H]
  turned.forEach((word, i) => { state[i] ^= word })
}
