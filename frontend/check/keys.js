// What is wrong with the keys and seals that were typed.
import { Bad } from './findings.js'
import { parseVkey } from './notes.js'
import { isHash } from './receipt.js'

const SHOWN = 24

export function keyProblems(lines) {
  return lines.flatMap((line) => {
    try {
      parseVkey(line)
      return []
    } catch (wrong) {
      if (!(wrong instanceof Bad)) throw wrong
      return [`${wrong.message}（${cut(line)}）`]
    }
  })
}

export const sealProblems = (seals) =>
  seals.filter((seal) => !isHash(seal)).map((seal) => `封签是 64 位十六进制，这一个不是（${cut(seal)}）`)

const cut = (text) => (text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text)
