// The outcome as text, in the form of `anlan verify`; and one sentence over all of it.
import { SIGNS } from './findings.js'

// What the fields of a ledger entry are called among people.
const NAMES = {
  id: '编号', subject: '对象', verb: '事项', by: '经办', at: '业务时间', recorded_at: '记录时间', source: '时间来源',
  device: '设备', data: '内容', commitments: '个人信息承诺', actor: '经办', v: '版本',
}
export const stem = (name) => (name in NAMES ? `${NAMES[name]}（${name}）` : name)

export function overall(outcomes) {
  const count = (tone) => outcomes.filter((one) => one.tone === tone).length
  const [good, open, bad] = [count('ok'), count('warn'), count('stop')]
  if (outcomes.length === 1) return outcomes[0].conclusion
  if (good === outcomes.length) return `${good} 份都相符。`
  const parts = [good && `${good} 份相符`, open && `${open} 份没有核对完`, bad && `${bad} 份不可信`]
  return `共 ${outcomes.length} 份：${parts.filter(Boolean).join('，')}。`
}

// When, and with whose keys: a result without them cannot be repeated.
export const heading = (keys, at) => `核对于 ${at}；${keys.length ? `所用公钥 ${keys.join('、')}` : '没有使用公钥'}`

export function asText(outcomes, head) {
  const lines = [head, '']
  for (const { title, sort, conclusion, findings, seal, command } of outcomes) {
    lines.push(`${title}（${sort}）`)
    for (const { kind, text } of findings) lines.push(`  ${SIGNS[kind]}  ${text}`)
    if (seal) lines.push(`  封签  ${seal}`)
    if (command) lines.push(`  命令  ${command}`)
    lines.push(`结论：${conclusion}`, '')
  }
  return lines.join('\n')
}

const two = (n) => String(n).padStart(2, '0')

export function moment(date) {
  const day = `${date.getFullYear()}年${date.getMonth() + 1}月${date.getDate()}日`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`
}

export function size(bytes) {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1024)} KB`
  return `${(bytes / (1 << 20)).toFixed(bytes < 1e8 ? 1 : 0)} MB`
}
