// Slides and texts, a page a screen. A page not read before stays until its least time is over; the
// clock stands while the page isn't looked at. What counts is the server's count, as with films.
import { answerer, ask, asksOf, sayRefused } from './asks.js'
import { startBeats } from './beats.js'

const TICK = 250

class Read {
  constructor(main) {
    this.main = main
    this.free = 'preview' in main.dataset
    this.state = { key: '', passed: [], frontier: 0 }
    this.pages = [...main.querySelectorAll('[data-page]')].map((el) => ({ el, begin: Number(el.dataset.begin), end: Number(el.dataset.end) }))
    this.end = this.pages[this.pages.length - 1].end
    this.here = 0
    this.at = 0
    this.reached = this.free ? this.end : 0
    this.ready = this.free
    this.asks = asksOf(main)
    this.answer = answerer(main, () => this.beating)
    this.back = document.querySelector('[data-turn=back]')
    this.on = document.querySelector('[data-turn=on]')
    this.back.onclick = () => this.show(this.here - 1)
    this.on.onclick = () => this.turn()
    addEventListener('keydown', (event) => {
      if (event.target.closest('input,textarea') || event.altKey) return
      if (event.key === 'ArrowLeft' && !this.back.disabled) this.back.click()
      if (event.key === 'ArrowRight' && !this.on.disabled) this.on.click()
    })
    if (!this.free) this.beats()
    this.show(0)
    this.before = performance.now()
    setInterval(() => this.tick(), TICK)
  }

  get page() { return this.pages[this.here] }
  get reading() { return this.ready && !this.asking && document.visibilityState === 'visible' }
  say(words, tone = '') { const p = this.main.querySelector('[data-said]'); p.textContent = words; p.className = `lesson-said ${tone}`; p.hidden = !words }

  beats() {
    this.beating = startBeats({
      lesson: this.main.dataset.lesson,
      where: () => this.at,
      playing: () => this.reading && !this.completed,
      onState: (told) => this.take(told),
      onRefused: (error) => this.refuse(error),
    })
  }

  take(told) {
    Object.assign(this.state, told)
    if (told.frontier !== undefined) this.reached = Math.max(this.reached, told.frontier)
    if (!this.ready) {
      this.ready = true
      const at = told.position || 0
      const here = this.pages.findIndex((one) => at < one.end)
      this.show(here < 0 ? 0 : here)
      if (here >= 0) this.at = Math.max(at, this.page.begin)
    }
    if (told.notice) this.say(told.notice, 'tone-warn')
    if (told.back != null) this.turnBack(told.back)
    if (told.completed) { this.completed = true; this.finished() }
    this.draw()
  }

  // The server has credited less than was read here: the page is read on from there.
  turnBack(second) {
    this.reached = second
    const here = this.pages.findIndex((one) => second < one.end)
    if (here >= 0 && here < this.here) this.show(here)
    if (here >= 0) this.at = Math.max(this.page.begin, Math.min(this.at, second))
  }

  refuse(error) {
    sayRefused(this, error)
    this.draw()
  }

  // Time goes by only while the page is looked at; a long pause of the browser is no reading.
  tick() {
    const now = performance.now(), went = Math.min(now - this.before, 4 * TICK) / 1000
    this.before = now
    if (!this.reading) return
    this.at = Math.min(this.at + went, this.page.end)
    this.reached = Math.max(this.reached, this.at)
    this.draw()
  }

  show(no) {
    this.here = Math.max(0, Math.min(no, this.pages.length - 1))
    this.pages.forEach((one, n) => {
      one.el.hidden = n !== this.here
      const picture = one.el.querySelector('img[data-src]')
      if (picture && n <= this.here + 1) { picture.src = picture.dataset.src; picture.removeAttribute('data-src') }
    })
    this.at = this.page.begin
    scrollTo(0, 0)
    this.page.el.focus({ preventScroll: true })
    this.draw()
  }

  async turn() {
    const { page } = this
    const due = this.asks.find((one) => one.second === page.end && !this.state.passed.includes(one.second))
    if (due) {
      this.asking = due
      this.draw()
      await ask(due, this.answer)
      this.state.passed = [...this.state.passed, due.second]
      this.asking = null
    }
    if (this.here < this.pages.length - 1) { this.show(this.here + 1); return }
    this.wantsEnd = true
    this.finished()
  }

  finished() {
    const box = this.main.querySelector('[data-done]')
    if (!box || !this.wantsEnd) return
    if (this.completed) { box.hidden = false; this.say(''); box.scrollIntoView({ block: 'center' }); return }
    if (!this.free) this.say('正在记下学习时间，请稍等')
  }

  draw() {
    const { page } = this
    const left = Math.ceil(page.end - Math.max(this.reached, this.at) - 0.05)
    const last = this.here === this.pages.length - 1
    this.back.disabled = this.here === 0 || Boolean(this.asking)
    this.on.disabled = !this.ready || left > 0 || Boolean(this.asking) || (last && this.free)
    this.on.textContent = left > 0 && this.ready ? `再读 ${left} 秒` : last ? '学完了' : '下一页'
    this.back.parentElement.hidden = Boolean(this.asking)
    document.querySelector('[data-place]').textContent = `${this.here + 1} / ${this.pages.length}`
    this.main.querySelector('[data-bar]').value = this.free ? page.end : this.reached
  }
}

export default function read(main) {
  main.read = new Read(main)
}
