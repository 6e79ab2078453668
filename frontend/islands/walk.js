// 逐项检查: every answer and photo is kept in the phone as it is given; handed in once, whole, when there is a network.
import { drop, get, keys, put } from './store.js'
import { later, send, shrink } from './report_queue.js'
import { note } from './spot.js'

const PREFIX = 'walk:'
const keyOf = (owner, scope) => `${PREFIX}${owner}:${scope}`
const make = (tag, words, className = '') => Object.assign(document.createElement(tag), { textContent: words, className })
const kept = /^(outcome|place|words|same|grade|wanted_by|numerator|denominator)\./
const shows = ['wanting', 'advice']

// What goes over the wire: fields as the form names them, photos of what was found.
function parcel(draft) {
  const photos = Object.entries(draft.photos)
    .filter(([key]) => shows.includes(draft.fields[`outcome.${key}`]) && draft.fields[`same.${key}`] !== 'on')
    .flatMap(([key, list]) => list.map((one) => ({ ...one, field: `photos.${key}` })))
  return { fields: { ...draft.fields, nonce: draft.nonce, begun_at: draft.begun_at }, photos, lists: draft.lists }
}

function walker(form) {
  const key = keyOf(form.dataset.walk, form.dataset.scope)
  const items = [...form.querySelectorAll('.walk-item')]
  const progress = document.querySelector('.walk-progress')
  const button = document.querySelector(`[form=${form.id}]`)
  const lists = [...form.querySelectorAll('[name=lists]')].map((el) => el.value)
  let draft = { nonce: form.nonce.value, begun_at: new Date().toISOString(), fields: {}, photos: {}, lists, ready: false, safe: true, url: location.pathname, title: form.dataset.title, at: Date.now() }
  const line = make('div', '')
  line.setAttribute('role', 'status')
  form.prepend(line)
  const say = (tone, words) => {
    const box = make('div', words)
    line.className = `notice notice-${tone}`
    line.replaceChildren(box)
    line.scrollIntoView({ block: 'center' })
  }
  const nameOf = (item) => item.id.slice(2)
  const answerOf = (item) => (item.querySelector('[name^="outcome."]:checked') || {}).value

  function paint() {
    let done = 0
    for (const item of items) {
      const answer = answerOf(item)
      if (answer) done += 1
      item.dataset.answer = answer || ''
      const same = item.querySelector('[name^="same."]')
      item.toggleAttribute('data-same', Boolean(same && same.checked))
      const list = draft.photos[nameOf(item)] || []
      let shown = item.querySelector('.walk-photos')
      if (!shown) { shown = make('p', '', 'walk-photos small'); item.querySelector('[type=file]').closest('label').after(shown) }
      shown.replaceChildren()
      if (list.length) {
        const clear = make('button', '清除', 'btn btn-sm')
        clear.type = 'button'
        clear.addEventListener('click', () => { delete draft.photos[nameOf(item)]; save() })
        shown.append(make('span', `已拍 ${list.length} 张，存在本机 `), clear)
      }
    }
    progress.textContent = `已答 ${done} / ${items.length}`
    return done
  }

  async function save() {
    draft.fields = Object.fromEntries([...new FormData(form)].filter(([name, value]) => typeof value === 'string' && kept.test(name)))
    draft.lists = lists
    paint()
    draft.safe = await put(key, draft)
  }

  async function snap(input) {
    const name = nameOf(input.closest('.walk-item'))
    const files = [...input.files]
    input.value = ''
    if (!files.length) return
    const drawn = await Promise.all(files.map(shrink))
    draft.photos[name] = [...(draft.photos[name] || []), ...drawn].slice(0, 6)
    await save()
  }

  function restore() {
    for (const [name, value] of Object.entries(draft.fields)) {
      for (const el of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (el.type === 'radio') el.checked = el.value === value
        else if (el.type === 'checkbox') el.checked = value === 'on'
        else if (el.type !== 'file') el.value = value
      }
    }
  }

  // The first item that can't be handed in as it is, with what it lacks.
  function gap() {
    for (const item of items) {
      const [name, answer] = [nameOf(item), answerOf(item)]
      if (!answer) return [item, '这一项还没有答。']
      const at = (field) => { const el = item.querySelector(`[name="${CSS.escape(`${field}.${name}`)}"]`); return el ? el.value.trim() : '' }
      const same = item.hasAttribute('data-same')
      if (answer !== 'absent' && item.querySelector('.walk-counts')) {
        const [part, whole] = [Number(at('numerator')), Number(at('denominator'))]
        if (!at('numerator') || !at('denominator')) return [item, '请数一数，填上两个数；数不了的选不适用。']
        if (!(whole >= 1 && part <= whole)) return [item, '前一个数不能大于后一个，后一个至少是 1。']
      }
      if (shows.includes(answer) && !same && !at('words')) return [item, '请写明看到了什么。']
      if (answer === 'wanting' && !same && !(draft.photos[name] || []).length) return [item, '不合格要拍一张照片。']
    }
    return null
  }

  function point([item, words]) {
    form.querySelectorAll('.walk-gap').forEach((el) => el.remove())
    const told = make('p', words, 'walk-gap tone-stop')
    told.setAttribute('role', 'alert')
    item.querySelector('.walk-choices').before(told)
    item.scrollIntoView({ block: 'center' })
  }

  async function go() {
    button.disabled = true
    form.querySelectorAll('.walk-gap').forEach((el) => el.remove())
    if ('located' in form.dataset && !draft.fields.latitude) {
      await note(form, 4000)
      for (const name of ['latitude', 'longitude', 'accuracy']) draft.fields[name] = form[name].value
    }
    draft.ready = true
    draft.safe = await put(key, draft)
    for (let wait = 2000; ; wait = Math.min(wait * 2, 30000)) {
      say('info', '正在提交')
      const { state, said } = await handIn(draft)
      if (state === 'done') { await drop(key); location.assign(said.url); return }
      if (state === 'refused') {
        draft.ready = false
        await put(key, draft)
        say('stop', `${said.message || '没有提交成功。'}${said.next_step || ''}`)
        button.disabled = false
        return
      }
      if (state === 'login') { say('warn', '登录已失效。答案都在本机，重新登录后打开本页会自动提交。'); button.disabled = false; return }
      say('warn', draft.safe ? '没有网络。答案都在本机，联网后打开本页会自动提交。' : '没有网络，正在自动重试。这个浏览器不能保存，请不要关闭本页。')
      await later(wait)
    }
  }

  form.addEventListener('change', (event) => { event.target.type === 'file' ? snap(event.target) : save() })
  form.addEventListener('input', (event) => { if (event.target.type !== 'file') { clearTimeout(form.soon); form.soon = setTimeout(save, 400) } })
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    clearTimeout(form.soon)
    await save()
    const found = gap()
    if (found) point(found)
    else go()
  })

  get(key).then((found) => {
    if (found) {
      draft = { ...draft, ...found, lists }
      restore()
      if (paint() && !draft.ready) say('info', '已接着上次的答案。')
      if (draft.ready) go()
    } else paint()
  })
}

async function handIn(draft) {
  const { fields, photos, lists } = parcel(draft)
  return send(draft.url, { fields, photos, many: { lists } })
}

// What lies in this phone and is not through: handed in by itself when it was ready, else shown.
async function queue(box) {
  const owner = box.dataset.walkQueue
  const drafts = []
  for (const key of await keys(`${PREFIX}${owner}:`)) drafts.push([key, await get(key)])
  for (const [key, draft] of drafts.filter(([, one]) => one)) {
    if (draft.ready) {
      const { state, said } = await handIn(draft)
      if (state === 'done') { await drop(key); location.assign(said.url); return }
    }
    const told = make('a', draft.ready ? `${draft.title}：清单还在本机，没有提交上去，点开再试` : `${draft.title}：有一份没做完的清单，接着做`)
    told.href = draft.url
    const line = make('div', '', 'notice notice-warn')
    const inner = make('div', '')
    inner.append(told)
    line.append(inner)
    box.append(line)
  }
}

export default function start(el) {
  if (el.dataset.walk) walker(el)
  else queue(el)
}
