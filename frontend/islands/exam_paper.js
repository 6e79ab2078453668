// A sealed paper: fetched ahead, opened with the key that `start` gives, drawn as the server would draw it.
import { post } from './intake.js'
import { get, put } from './store.js'

const KINDS = { judge: '判断题', single: '单选题', multiple: '多选题' }
const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0))
export const canOpen = () => !!(window.crypto && crypto.subtle && window.isSecureContext)
const canInflate = () => typeof DecompressionStream === 'function'

// Fetch and keep the sealed paper, once. True when it is here.
export async function fetchSealed(sitting) {
  if (!canOpen()) return false
  if (await get(`paper:${sitting}`)) return true
  const packed = canInflate()
  const reply = await post('exams/seal', { sitting, packed })
  if (!reply.ok) return false
  await put(`paper:${sitting}`, { sealed: reply.body.sealed, digest: reply.body.digest, packed })
  return true
}

async function inflate(raw) {
  const stream = new Blob([raw]).stream().pipeThrough(new DecompressionStream('deflate'))
  return new Response(stream).arrayBuffer()
}

// The questions, or null when there is no sealed paper, it is another one, or the key doesn't fit.
export async function openSealed(sitting, key, digest) {
  const kept = await get(`paper:${sitting}`)
  if (!kept || kept.digest !== digest || !canOpen()) return null
  try {
    const box = bytes(kept.sealed)
    const lock = await crypto.subtle.importKey('raw', bytes(key), 'AES-GCM', false, ['decrypt'])
    const how = { name: 'AES-GCM', iv: box.slice(0, 12), additionalData: new TextEncoder().encode(sitting) }
    const plain = await crypto.subtle.decrypt(how, lock, box.slice(12))
    return JSON.parse(new TextDecoder().decode(kept.packed ? await inflate(plain) : plain))
  } catch { return null }
}

const make = (tag, props, ...inside) => { const el = Object.assign(document.createElement(tag), props); el.append(...inside); return el }

function fieldset(question, no, home) {
  const many = question.kind === 'multiple'
  const set = make('fieldset', {}, make('legend', {}, make('span', { className: 'kind', textContent: KINDS[question.kind] || '' }), `${no}. ${question.stem}`))
  set.dataset.question = no
  if (question.image) set.append(make('img', { className: 'question-image', src: `${home}images/${no}`, alt: `第 ${no} 题的题图` }))
  if (many) set.append(make('p', { className: 'muted small', textContent: '可选多项，全部选对才得分。' }))
  question.options.forEach((text, at) => {
    const input = make('input', { type: many ? 'checkbox' : 'radio', name: `q-${no}`, value: String(at) })
    set.append(make('label', { className: 'choice' }, input, make('span', { textContent: `${'ABCDEFGHIJ'[at]}. ${text}` })))
  })
  return set
}

export function draw(questions, home) {
  return make('form', { className: 'exam' }, ...questions.map((question, at) => fieldset(question, at + 1, home)))
}
