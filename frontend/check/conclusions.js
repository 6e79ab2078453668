// The sentence for whoever reads only one line; those of receipts and archives are anlan verify's own.
import { STAMP } from './receipt.js'
import { thousands } from './text.js'

const kindsOf = (findings) => new Set(findings.map((one) => one.kind))
const only = (kinds, ...allowed) => [...kinds].every((kind) => allowed.includes(kind))

// A time stamp is the command's business; that it was not checked here spoils nothing.
const judged = (findings) => kindsOf(findings.filter((one) => one.path !== STAMP))

export function ofReceipt(findings) {
  const kinds = judged(findings)
  if (only(kinds, 'ok', 'withheld')) return ['ok', '回执有效，记录在日志中。']
  if (only(kinds, 'ok', 'withheld', 'unchecked')) return ['warn', '证明成立，但签名未核对，还不能算有效。']
  return ['stop', '回执不可信，原因见下。']
}

// `askedOrigin`: somebody gave keys, so what is unchecked counts.
export function ofArchive({ findings, files, bytes }, askedOrigin) {
  const kinds = judged(findings)
  const amount = `${files} 个文件，${thousands(bytes)} 字节`
  if (only(kinds, 'ok', 'withheld')) return ['ok', `档案完好，${amount}。`]
  if (!only(kinds, 'ok', 'withheld', 'unchecked')) return ['stop', '档案不可信，原因见下。']
  return askedOrigin ? ['warn', '档案完好，但出处没有核实，原因见下。'] : ['ok', `档案完好，${amount}；出处未核，见下。`]
}

export function ofList(findings) {
  const count = (kind) => findings.filter((one) => one.kind === kind).length
  const [same, gone] = [count('ok'), count('removed')]
  if (same && same === findings.length) return ['ok', `${same} 个文件都与清单一致，一个不少。`]
  const wrong = findings.length - same - gone
  if (!wrong && same) return ['warn', `放进来的 ${same} 个文件与清单一致，另有 ${gone} 处缺失。`]
  if (!wrong) return ['warn', `清单里的 ${gone} 个文件都没有放进来，还没有核对。`]
  return ['stop', `与清单不符：${wrong} 处有问题${gone ? `，另有 ${gone} 处缺失` : ''}，见下。`]
}

export function ofNote(findings) {
  const kinds = kindsOf(findings)
  if (only(kinds, 'ok')) return ['ok', '检查点的签名有效。']
  if (only(kinds, 'ok', 'unchecked')) return ['warn', '检查点写法合规，但签名未核对。']
  return ['stop', '检查点不可信，原因见下。']
}
