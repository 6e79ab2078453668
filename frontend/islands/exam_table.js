// The paper on the table: one question at a time, an answer sheet, and the state of every answer in words.
import { ask } from './confirm.js'

const make = (tag, props, ...inside) => { const el = Object.assign(document.createElement(tag), props); el.append(...inside); return el }
const inputs = (set) => [...set.querySelectorAll('input')]
const chosenIn = (set) => inputs(set).filter((one) => one.checked).map((one) => Number(one.value))

export class Table {
  constructor(form, line, { moved }) {
    Object.assign(this, { form, line, here: 0, sets: [...form.querySelectorAll('fieldset[data-question]')] })
    this.build()
    this.restore()
    if (moved) this.remark('已接着另一台设备的进度作答，那台设备会停下来。')
    const open = this.sets.findIndex((set) => !chosenIn(set).length)
    this.here = this.answered && open > 0 ? open : 0
    form.addEventListener('change', (event) => this.changed(event))
    form.addEventListener('submit', (event) => { event.preventDefault(); this.wantsToHand() })
    this.show(false)
    line.tell()
  }

  build() {
    const { form, sets } = this
    this.state = make('span', { id: 'exam-state' })
    this.state.setAttribute('role', 'status')
    this.place = make('span', {})
    this.bar = make('progress', { className: 'exam-progress', max: sets.length })
    this.bar.setAttribute('aria-label', '已答题数')
    this.top = make('div', { className: 'exam-line' }, this.place, this.state)
    form.prepend(this.bar, this.top)
    form.querySelectorAll(':scope > .form-actions').forEach((one) => { one.hidden = true })
    const sheet = make('button', { type: 'button', className: 'btn small-btn', textContent: '答题卡' })
    this.back = make('button', { type: 'button', className: 'btn', textContent: '上一题' })
    this.on = make('button', { type: 'button', className: 'btn btn-primary' })
    this.nav = make('nav', { className: 'bar' }, sheet, this.back, this.on)
    this.nav.setAttribute('aria-label', '答题')
    document.body.append(this.nav)
    sheet.onclick = () => this.showSheet()
    this.back.onclick = () => { this.here--; this.show(true) }
    this.on.onclick = () => { if (this.here < sets.length - 1) { this.here++; this.show(true) } else this.wantsToHand() }
  }

  // Every question as it stands on this phone; what the server had is in there already. What was ticked
  // on the plain page, before this script came, is an answer like any other.
  restore() {
    for (const set of this.sets) {
      const no = set.dataset.question
      const kept = this.line.known.answers[no]
      if (kept) inputs(set).forEach((one) => { one.checked = kept.chosen.includes(Number(one.value)) })
      else if (inputs(set).some((one) => one.checked !== one.defaultChecked)) this.line.answer(no, chosenIn(set))
    }
    this.count()
  }

  get answered() { return this.sets.filter((set) => chosenIn(set).length).length }

  changed(event) {
    const set = event.target.closest('fieldset[data-question]')
    if (!set) return
    this.line.answer(set.dataset.question, chosenIn(set))
    this.count()
  }

  count() {
    this.place.textContent = `第 ${this.here + 1} / ${this.sets.length} 题，已答 ${this.answered}`
    this.bar.value = this.answered
  }

  show(focus) {
    this.sets.forEach((set, at) => { set.hidden = at !== this.here })
    this.count()
    this.back.disabled = this.here === 0
    this.on.textContent = this.here < this.sets.length - 1 ? '下一题' : '交卷'
    if (!focus) return
    scrollTo(0, 0)
    const legend = this.sets[this.here].querySelector('legend')
    legend.tabIndex = -1
    legend.focus({ preventScroll: true })
  }

  say(words, tone) {
    if (this.state.textContent === words) return
    this.state.textContent = words
    this.state.className = tone || ''
  }

  async wantsToHand() {
    const open = this.sets.length - this.answered
    const question = open ? `还有 ${open} 题没有作答，现在交卷？交卷后不能再改。` : `${this.sets.length} 题都已作答，现在交卷？交卷后不能再改。`
    if (!(await ask(question, '交卷'))) return
    this.close()
    this.line.hand()
  }

  showSheet() {
    const grid = make('div', { className: 'answer-sheet' })
    const box = make('dialog', {}, make('strong', { textContent: `已答 ${this.answered} / ${this.sets.length}` }), grid)
    this.sets.forEach((set, at) => {
      const done = chosenIn(set).length
      const b = make('button', { type: 'button', textContent: String(at + 1), className: `${done ? 'on' : ''} ${at === this.here ? 'here' : ''}` })
      b.setAttribute('aria-label', `第 ${at + 1} 题，${done ? '已答' : '未答'}`)
      b.onclick = () => { this.here = at; box.close(); this.show(true) }
      grid.append(b)
    })
    const close = make('button', { type: 'button', className: 'btn', textContent: '继续答题' })
    close.onclick = () => box.close()
    const hand = make('button', { type: 'button', className: 'btn btn-primary', textContent: '交卷' })
    hand.onclick = () => { box.close(); this.wantsToHand() }
    box.append(make('div', { className: 'form-actions' }, close, hand))
    box.onclose = () => box.remove()
    document.body.append(box)
    box.showModal ? box.showModal() : box.setAttribute('open', '')
  }

  // A line above the questions; one at a time.
  remark(words, act, run) {
    this.unremark()
    this.note = make('div', { className: 'notice notice-warn exam-note' }, make('p', { textContent: words }))
    this.note.setAttribute('role', 'alert')
    if (act) {
      const button = make('button', { type: 'button', className: 'btn', textContent: act })
      button.onclick = async () => { button.disabled = true; if (!(await run())) button.disabled = false }
      this.note.append(button)
    }
    this.top.after(this.note)
  }

  unremark() { if (this.note) this.note.remove(); this.note = null }

  // Nothing more can be ticked; what is chosen stays readable.
  close(words) {
    this.sets.forEach((set) => { set.disabled = true })
    this.on.disabled = true
    if (!words) this.remark('答卷已交，正在上传。没有网络时请保留这个页面，联网后会自动上传。')
  }

  reopen() {
    this.sets.forEach((set) => { set.disabled = false })
    this.on.disabled = false
    this.unremark()
  }

  lock(takeBack) {
    this.close('moved')
    this.say('已转到另一台设备', 'tone-warn')
    this.remark('这场考试已在另一台设备上继续作答，本机的答案已全部上传。', '改回本机作答', takeBack)
  }

  unlock() { this.reopen() }
}
