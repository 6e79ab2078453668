// One paper after another on the same tablet, handed over; nothing on it tells which option is right.
import { moment, wall } from './clock.js'
import { choose, dialog, flash, h } from './el.js'

export function exam(app, body, sittings) {
  const status = (one) => {
    const paper = app.state.papers[one.uid]
    return paper ? (paper.handedIn ? '已交卷' : '答题中') : '未开始'
  }
  const list = h('ul', { className: 'kit-roll' }, ...sittings.map((one) => h('li', {}, h('button', {
    type: 'button', className: status(one) === '已交卷' ? 'here' : 'away', disabled: status(one) === '已交卷',
    onclick: () => begin(app, one, sittings),
  }, h('strong', {}, app.nameOf(one.ref)), h('small', {}, status(one))))))
  body.append(h('h2', {}, sittings[0].title), h('p', { className: 'muted' }, '点学员姓名，把平板交给本人。交卷后要老师的密码才能回到这里。'), list)
}

async function begin(app, one, sittings) {
  const name = app.nameOf(one.ref)
  const known = app.state.papers[one.uid]
  if (!known) {
    const early = wall() < Date.parse(one.opens_at) || wall() >= Date.parse(one.closes_at)
    const words = early ? `现在不在考试开放时间内，同步后要由班主任核对。仍请 ${name} 开始？` : `请 ${name} 开始答题？${one.minutes} 分钟，中途不停表。`
    if (await choose(words, '先不', '开始答题') !== '开始答题') return
    if (!await app.save('begun', { person: one.ref, payload: { sitting: one.uid } })) return
  }
  const { questions } = await app.parcel.paper(one.uid)
  sit(app, one, questions, sittings)
}

function sit(app, one, questions, sittings) {
  const paper = app.state.papers[one.uid]
  let here = Math.max(0, questions.findIndex((q) => !(paper.answers[q.no] || []).length))
  let over = false
  const clock = h('span', { className: 'kit-clock', role: 'timer' })
  const saved = h('span', { className: 'muted', role: 'status' })
  const place = h('div', { className: 'kit-question' })

  // The steady clock where it has run since the start, the wall's where the page was opened again.
  const used = () => {
    const now = moment()
    return now.boot === paper.begun.boot ? now.mono - paper.begun.mono : Date.parse(now.at) - Date.parse(paper.begun.at)
  }
  const answered = () => questions.filter((q) => (paper.answers[q.no] || []).length).length

  function draw() {
    const q = questions[here]
    const chosen = paper.answers[q.no] || []
    const options = q.options.map((words, at) => h('label', { className: `kit-option ${chosen.includes(at) ? 'on' : ''}` },
      h('input', { type: q.many ? 'checkbox' : 'radio', name: 'option', checked: chosen.includes(at), onchange: () => pick(q, at) }), h('span', {}, `${'ABCDEFGHIJ'[at]}. ${words}`)))
    place.replaceChildren(
      h('p', { className: 'muted kit-line' }, `第 ${here + 1} / ${questions.length} 题 · ${q.kind}`, aloud(q)),
      h('h2', { tabIndex: -1 }, q.stem), h('div', { role: q.many ? 'group' : 'radiogroup' }, ...options),
      h('div', { className: 'form-actions' },
        h('button', { type: 'button', className: 'btn kit-big', textContent: '答题卡', onclick: sheet }),
        h('button', { type: 'button', className: 'btn kit-big', textContent: '上一题', disabled: here === 0, onclick: () => { here -= 1; draw() } }),
        here < questions.length - 1
          ? h('button', { type: 'button', className: 'btn btn-primary kit-big', textContent: '下一题', onclick: () => { here += 1; draw() } })
          : h('button', { type: 'button', className: 'btn btn-primary kit-big', textContent: '交卷', onclick: ask })))
    scrollTo(0, 0)
  }

  async function pick(q, at) {
    const before = paper.answers[q.no] || []
    const chosen = q.many ? (before.includes(at) ? before.filter((x) => x !== at) : [...before, at].sort((a, b) => a - b)) : [at]
    saved.textContent = '正在存'
    const said = await app.save('answer', { person: one.ref, payload: { sitting: one.uid, question: q.no, chosen } })
    saved.textContent = said ? '已存' : '没有存上'
    draw()
  }

  function sheet() {
    const box = dialog(h('p', {}, `已答 ${answered()} / ${questions.length}`),
      h('div', { className: 'kit-sheet' }, ...questions.map((q, at) => {
        const done = (paper.answers[q.no] || []).length > 0
        return h('button', { type: 'button', className: `${done ? 'on' : ''} ${at === here ? 'here' : ''}`, textContent: String(at + 1), label: `第 ${at + 1} 题，${done ? '已答' : '未答'}`, onclick: () => { here = at; box.close(); draw() } })
      })),
      h('div', { className: 'form-actions' }, h('button', { type: 'button', className: 'btn', textContent: '继续答题', onclick: () => box.close() }), h('button', { type: 'button', className: 'btn btn-primary', textContent: '交卷', onclick: () => { box.close(); ask() } })))
  }

  async function ask() {
    const open = questions.length - answered()
    const words = open ? `还有 ${open} 题没有作答，现在交卷？交卷后不能再改。` : '都已作答，现在交卷？交卷后不能再改。'
    if (await choose(words, '继续答题', '交卷') === '交卷') hand('hand')
  }

  async function hand(because) {
    if (over) return
    over = true
    clearInterval(timer)
    const said = await app.save('handed_in', { person: one.ref, payload: { sitting: one.uid, answers: paper.answers, because } })
    if (!said) { over = false; return }
    const boxes = [...document.querySelectorAll('dialog')]
    boxes.forEach((box) => box.close())
    giveBack(app, sittings, because)
  }

  const tick = () => {
    if (!place.isConnected) { clearInterval(timer); return }
    const left = Math.max(0, Math.ceil((one.minutes * 60000 - used()) / 1000))
    clock.textContent = `剩余 ${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`
    clock.classList.toggle('soon', left < 300)
    if (!left) hand('time')
  }
  const timer = setInterval(tick, 500)

  app.root.replaceChildren(h('header', { className: 'kit-top' }, h('h1', {}, app.nameOf(one.ref)), saved, clock), h('div', { className: 'kit-notes', role: 'status' }), place)
  draw()
  tick()
}

// For who reads with effort: the device's own voice, which needs no network where it is installed.
function aloud(q) {
  if (!window.speechSynthesis) return null
  const words = [q.kind, q.stem, ...q.options.map((option, at) => `${'ABCDEFGHIJ'[at]}，${option}`)].join('。')
  return h('button', {
    type: 'button', className: 'btn btn-sm', textContent: '读题',
    onclick: () => { speechSynthesis.cancel(); speechSynthesis.speak(Object.assign(new SpeechSynthesisUtterance(words), { lang: 'zh-CN', rate: 0.9 })) },
  })
}

// The learner hands the tablet back: only the teacher's PIN leads to the list of names.
function giveBack(app, sittings, because) {
  const pin = h('input', { type: 'password', inputMode: 'numeric', className: 'form-control kit-pin', id: 'kit-back', maxLength: 12, autocomplete: 'off' })
  const back = async (event) => {
    event.preventDefault()
    if (await app.pinIs(pin.value)) app.go('exam', sittings)
    else { pin.value = ''; flash('密码不对，请再试一次。', 'stop') }
  }
  app.root.replaceChildren(h('div', { className: 'kit-lock' }, h('h1', {}, because === 'time' ? '时间到，已交卷' : '已交卷'),
    h('p', {}, '答卷已存进平板，联网后由系统评分。请把平板交还老师。'),
    h('form', { onsubmit: back }, h('label', { htmlFor: 'kit-back' }, '老师的开包密码'), pin, h('button', { className: 'btn btn-primary kit-big' }, '回到名单'))))
}
