// What a receipt opens of the values that its entry only committed to, and what it keeps back.
import { canonical, fromHex, opens } from './canonical.js'
import { Bad, finding } from './findings.js'
import { JsonFloat } from './json.js'

const OPENED = '承诺值'
const LONGEST_SHOWN = 60

export function openingFindings(receipt) {
  try {
    const leaf = receipt.get('leaf')
    const sealed = leaf.has('commitments') ? leaf.get('commitments') : new Map()
    const openings = receipt.has('openings') ? receipt.get('openings') : []
    const withheld = receipt.has('withheld') ? receipt.get('withheld') : []
    if (![openings, withheld].every(Array.isArray)) throw new Bad('不是列表')
    if ((openings.length || withheld.length) && !(sealed instanceof Map)) throw new Bad('没有承诺')
    return [...openings.map((one) => opened(one, sealed)), ...withheld.map((name) => kept(name, sealed))]
  } catch (wrong) {
    if (!(wrong instanceof Bad)) throw wrong
    return [finding('malformed', OPENED, `${OPENED}：openings 或 withheld 写法不合规范`)]
  }
}

function opened(opening, sealed) {
  const complete = opening instanceof Map && ['name', 'value', 'salt'].every((key) => opening.has(key))
  if (!complete) throw new Bad('缺少 name、value、salt 之一')
  const name = pythonText(opening.get('name')), value = opening.get('value')
  const salt = fromHex(opening.get('salt'))
  if (typeof sealed.get(name) !== 'string') return absent(name)
  if (!opens(sealed.get(name), salt, value)) {
    return finding('changed', OPENED, `${OPENED} ${name}：与当时的承诺不符，值或盐被改动`)
  }
  const shown = pythonText(value).slice(0, LONGEST_SHOWN)
  return finding('ok', OPENED, `${OPENED} ${name}：与记录当时一致，值为 ${shown}`)
}

function kept(name, sealed) {
  if (typeof name === 'object' && name !== null) throw new Bad('不是名称')
  if (!sealed.has(name)) return absent(pythonText(name))
  const text = '原值未公开（个人密钥已销毁或未提供），不影响记录和证明的有效性'
  return finding('withheld', OPENED, `${OPENED} ${name}：${text}`)
}

const absent = (name) => finding('malformed', OPENED, `${OPENED}：记录中没有名为 ${name} 的承诺`)

// str() as Python writes it, for what should have been text but need not be.
export function pythonText(value) {
  if (typeof value === 'string') return value
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (value instanceof JsonFloat && Number.isInteger(value.value)) return `${value.value}.0`
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  return canonical(value)
}
