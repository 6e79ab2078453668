// JSON read strictly, as Python's json does in anlan.proofs.canonical.parse_json: a key that stands
// twice could show one value and hash another; 1 and 1.0 are two things. Objects become Maps,
// fractions JsonFloat, whole numbers beyond 2^53 BigInt.
import { Bad } from './findings.js'

export class JsonFloat {
  constructor(value) { this.value = value }
}

const MOST_LEVELS = 900
const MOST_DIGITS = 4300
const NUMBER = /(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][-+]?[0-9]+)?/y
const PLAIN = /[^"\\\u0000-\u001f]*/y
const SPACE = /[ \t\n\r]*/y
const SHORT = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }
const WORDS = [['true', true], ['false', false], ['null', null]]

export function parseJson(bytes) {
  let text
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Bad('不是规范的 JSON')
  }
  return new Reader(text).whole()
}

class Reader {
  constructor(text) { this.text = text; this.at = 0 }

  whole() {
    const value = this.value(0)
    this.space()
    if (this.at !== this.text.length) this.fail()
    return value
  }

  value(level) {
    if (level > MOST_LEVELS) this.fail()
    this.space()
    const first = this.text[this.at]
    if (first === '{') return this.object(level)
    if (first === '[') return this.list(level)
    if (first === '"') return this.string()
    for (const [word, value] of WORDS) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length
        return value
      }
    }
    return this.number()
  }

  object(level) {
    const fields = new Map()
    this.at++
    if (this.next('}')) return fields
    do {
      this.space()
      if (this.text[this.at] !== '"') this.fail()
      const key = this.string()
      if (fields.has(key) || !this.next(':')) this.fail()
      fields.set(key, this.value(level + 1))
    } while (this.next(','))
    if (!this.next('}')) this.fail()
    return fields
  }

  list(level) {
    const items = []
    this.at++
    if (this.next(']')) return items
    do items.push(this.value(level + 1)); while (this.next(','))
    if (!this.next(']')) this.fail()
    return items
  }

  string() {
    let read = ''
    this.at++
    for (;;) {
      read += this.match(PLAIN)[0]
      const stop = this.text[this.at++]
      if (stop === '"') return read
      if (stop !== '\\') this.fail()
      read += this.escaped()
    }
  }

  escaped() {
    const sign = this.text[this.at++]
    if (sign !== 'u') return sign in SHORT ? SHORT[sign] : this.fail()
    const digits = this.text.slice(this.at, this.at + 4)
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.fail()
    this.at += 4
    return String.fromCharCode(parseInt(digits, 16))
  }

  number() {
    const found = this.match(NUMBER)
    if (!found) this.fail()
    const [all, whole, fraction, exponent] = found
    if (fraction || exponent) return new JsonFloat(Number(all))
    if (whole.length > MOST_DIGITS) this.fail()
    const value = Number(whole)
    return Number.isSafeInteger(value) ? value + 0 : BigInt(whole)
  }

  next(sign) {
    this.space()
    if (this.text[this.at] !== sign) return false
    this.at++
    return true
  }

  space() { this.match(SPACE) }

  match(pattern) {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)
    if (found) this.at = pattern.lastIndex
    return found
  }

  fail() { throw new Bad('不是规范的 JSON') }
}
