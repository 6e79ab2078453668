// The outcome on the page: the sentence first, then sign and word for every finding.
import { SIGNS } from './findings.js'
import { stem } from './plain.js'

const TONES = { ok: 'ok', changed: 'stop', removed: 'stop', added: 'stop', malformed: 'stop', unchecked: 'warn', withheld: 'idle' }
const MOST_SHOWN = 50

export function element(name, properties = {}, ...inside) {
  const made = document.createElement(name)
  const { data = {}, ...rest } = properties
  Object.assign(made, rest)
  Object.assign(made.dataset, data)
  made.append(...inside.filter((one) => one !== null && one !== undefined))
  return made
}

// One of the icons that the page brought along.
export function sign(tone) {
  return document.getElementById(`sign-${tone}`).content.firstElementChild.cloneNode(true)
}

export function outcomeCard(outcome, askForKey) {
  const { title, sort, tone, conclusion, findings, seal } = outcome
  const card = element('article', { className: `paper check-outcome tone-edge-${tone}`, data: { tone, title } })
  card.append(element('div', { className: `verdict tone-${tone}` }, sign(tone), element('div', {},
    element('h3', { textContent: conclusion }),
    element('span', { className: 'check-file', textContent: `${sort} · ${title}` }))))
  card.append(list(findings))
  const noKey = findings.some((one) => one.kind === 'unchecked' && /没有给出日志的公钥/.test(one.text))
  if (noKey) card.append(button('填入公钥再核对', askForKey))
  if (outcome.command) card.append(command(outcome.command))
  if (seal) card.append(sealLine(outcome))
  card.append(...[facts(outcome), leaf(outcome)].filter(Boolean))
  return card
}

function list(findings) {
  const items = findings.map(item)
  const shown = element('ul', { className: 'check-findings' }, ...items.slice(0, MOST_SHOWN))
  if (items.length <= MOST_SHOWN) return shown
  const more = element('details', { className: 'check-more' },
    element('summary', { textContent: `另有 ${items.length - MOST_SHOWN} 条` }),
    element('ul', { className: 'check-findings' }, ...items.slice(MOST_SHOWN)))
  return element('div', {}, shown, more)
}

function item({ kind, path, text }) {
  const tone = TONES[kind]
  return element('li', { data: { kind, path } },
    element('span', { className: `check-sign tone-${tone}` }, sign(tone), SIGNS[kind]),
    element('span', { className: 'check-text', textContent: text }))
}

const button = (text, act) => {
  const made = element('button', { type: 'button', className: 'btn btn-sm no-print', textContent: text })
  made.addEventListener('click', act)
  return made
}

const command = (text) => element('p', { className: 'check-command' }, '命令：', element('code', { textContent: text }))

function sealLine({ seal, sealed, tone }) {
  const hint = sealed || tone === 'stop' ? '' : '档案若连同清单整体重做，只有与别处公布的封签比对才看得出来。'
  return element('p', { className: 'check-seal' }, '封签 ', element('code', { textContent: seal, data: { seal } }),
    hint ? element('small', { textContent: hint }) : null)
}

function facts({ sort, facts: pairs }) {
  if (!pairs || !pairs.length) return null
  return folded(sort === '封存档案' ? '档案自己的说明（bag-info.txt）' : '详情', pairs, sort !== '封存档案')
}

function leaf({ leaf: pairs }) {
  return pairs && pairs.length ? folded('这条记录写的是什么', pairs, true) : null
}

function folded(title, pairs, open) {
  const rows = pairs.map(([name, value]) => element('div', { className: 'wide' },
    element('dt', { textContent: stem(name) }), element('dd', { textContent: value })))
  return element('details', { className: 'check-facts', open },
    element('summary', { textContent: title }), element('dl', { className: 'facts' }, ...rows))
}
