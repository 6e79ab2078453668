// A lesson's film. It begins in the smallest rendition; on the first time nobody gets past what was
// watched or past a question; the server counts by itself and refuses what this page would allow.
import { answerer, ask, asksOf, sayRefused } from './asks.js'
import { startBeats } from './beats.js'

const SLACK = 1.2 // seconds that a seek may land past what was seen: players aren't exact
const clock = (s) => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, '0')}`

// An iPhone without media sources plays HLS by itself and needs no script for it. For the others the
// script is fetched while the learner looks at the page, the film only when it is wanted.
const native = !window.MediaSource && !window.ManagedMediaSource
const fetchPlayer = () => (native ? null : import('hls.js/light'))

async function attach(video, player, say) {
  const source = video.dataset.hls
  const { default: Hls } = (await player) || {}
  if (!Hls || !Hls.isSupported()) {
    if (video.canPlayType('application/vnd.apple.mpegurl')) video.src = source
    else say('这个浏览器放不了视频，请换用手机自带浏览器或 Chrome。')
    return
  }
  const hls = new Hls({
    enableWorker: false, startLevel: 0, abrEwmaDefaultEstimate: 150000, capLevelToPlayerSize: true,
    maxBufferLength: 24, maxMaxBufferLength: 48, backBufferLength: 30, startPosition: video.begin || 0,
  })
  hls.loadSource(source)
  hls.attachMedia(video)
  let again = 0
  hls.on(Hls.Events.FRAG_BUFFERED, () => { if (again) { again = 0; say('') } })
  hls.on(Hls.Events.ERROR, (_, told) => {
    if (!told.fatal) return
    if (told.type === Hls.ErrorTypes.MEDIA_ERROR) { hls.recoverMediaError(); return }
    if (told.response && told.response.code === 404) { hls.destroy(); say('视频取不到：可能已停用，或登录已过期。请返回重新打开。'); return }
    say('网络中断，恢复后自动接着放')
    again += 1
    setTimeout(() => { if (again > 1) hls.loadSource(source); else hls.startLoad() }, Math.min(3000 * again, 15000))
  })
}

class Watch {
  constructor(main) {
    this.main = main
    this.video = main.querySelector('video')
    this.seconds = Number(this.video.dataset.seconds)
    this.free = 'preview' in main.dataset
    this.state = { key: '', passed: [], frontier: 0 }
    this.reached = this.free ? this.seconds : 0
    this.last = 0
    this.asks = asksOf(main).sort((a, b) => a.second - b.second)
    this.answer = answerer(main, () => this.beating)
    this.asking = null
    this.ready = this.free
    this.player = fetchPlayer()
    if (this.player) this.player.catch(() => { this.player = null })
    this.listen()
    if (!this.free) this.beats()
    this.draw()
  }

  find(name) { return this.main.querySelector(`[data-act=${name}]`) }
  say(words, tone = '') {
    const p = this.main.querySelector('[data-said]')
    p.textContent = words
    p.className = `lesson-said ${tone}`
    p.hidden = !words
    clearTimeout(this.hush)
    if (words && !tone) this.hush = setTimeout(() => { p.hidden = true }, 4000)
  }

  beats() {
    const { video } = this
    this.beating = startBeats({
      lesson: this.main.dataset.lesson,
      where: () => video.currentTime || video.begin || 0,
      playing: () => (!video.paused || (video.ended && !this.completed)) && !video.seeking && !this.asking,
      onState: (told) => this.take(told),
      onRefused: (error) => this.refuse(error),
    })
  }

  // What the server knows: where to go on, how far was seen, which questions are behind.
  take(told) {
    Object.assign(this.state, told)
    if (told.frontier !== undefined) this.reached = Math.max(this.reached, told.frontier)
    if (!this.ready) {
      this.ready = true
      beginAt(this, told.position || 0)
      if (this.wanted) this.play()
    }
    if (told.notice) this.say(told.notice, 'tone-warn')
    if (told.stalled) this.video.pause()
    if (told.back != null) this.turnBack(told.back)
    if (told.completed) this.complete()
    this.draw()
  }

  // The server has credited less than was played here: what is missing is watched again.
  turnBack(second) {
    this.reached = second
    if (this.attached && this.video.currentTime > second + SLACK) this.video.currentTime = second
  }

  refuse(error) {
    this.video.pause()
    sayRefused(this, error)
  }

  complete() {
    if (this.completed) return
    this.completed = true
    const box = this.main.querySelector('[data-done]')
    if (box) box.hidden = false
  }

  listen() {
    const { video } = this
    this.find('play').onclick = () => (video.paused ? this.play() : video.pause())
    video.onclick = () => (video.paused ? this.play() : video.pause())
    this.find('back').onclick = () => this.go(video.currentTime - 10)
    this.find('whole').onclick = () => this.whole()
    const rate = this.find('rate'), captions = this.find('captions')
    if (rate) rate.onclick = () => this.faster(rate)
    if (captions) captions.onclick = () => this.caption(captions)
    const most = rate ? Math.max(...rate.dataset.rates.split(' ').map(Number)) : 1
    video.onratechange = () => { if (video.playbackRate > most) video.playbackRate = most }
    video.ontimeupdate = () => this.tick()
    video.onseeking = () => this.hold()
    video.onended = () => this.tick()
    for (const name of ['play', 'pause', 'seeked']) video.addEventListener(name, () => this.draw())
    const wait = this.main.querySelector('[data-wait]')
    for (const name of ['waiting', 'stalled']) video.addEventListener(name, () => { wait.hidden = video.paused })
    for (const name of ['playing', 'pause', 'canplay']) video.addEventListener(name, () => { wait.hidden = true })
    document.addEventListener('visibilitychange', () => { if (document.hidden) video.pause() })
    const rail = this.main.querySelector('.rail')
    rail.onclick = (event) => { const box = rail.getBoundingClientRect(); this.go(((event.clientX - box.left) / box.width) * this.seconds) }
    rail.onkeydown = (event) => {
      const steps = { ArrowLeft: -5, ArrowRight: 5, PageDown: -30, PageUp: 30 }
      if (!(event.key in steps)) return
      event.preventDefault()
      this.go(video.currentTime + steps[event.key])
    }
  }

  async play() {
    const { video } = this
    if (this.asking) return
    this.wanted = true
    if (!this.ready) { this.say('正在取学习进度'); return }
    this.say('')
    if (!this.attached) {
      this.attached = true
      try { await attach(video, this.player || fetchPlayer(), (words) => this.say(words, 'tone-warn')) }
      catch { this.attached = false; this.say('网络不好，播放器没有取到，请再点一次', 'tone-warn'); return }
    }
    if (video.src && video.begin && !video.currentTime) video.currentTime = video.begin
    video.play().catch(() => {})
  }

  // The first question ahead that is still open ends what may be reached.
  limit() {
    const open = this.asks.find((one) => !this.state.passed.includes(one.second))
    return Math.min(this.reached, open && !this.free ? open.second : this.seconds)
  }

  go(second) {
    const { video } = this
    const to = Math.max(0, Math.min(second, this.limit()))
    if (second > to + SLACK) this.say('还没看到那里：第一次要从头看')
    if (this.attached) video.currentTime = to
    else { video.begin = to; this.draw() }
  }

  hold() {
    const most = this.limit()
    if (this.video.currentTime > most + SLACK) { this.video.currentTime = most; this.say('还没看到那里：第一次要从头看') }
    this.last = this.video.currentTime
  }

  tick() {
    const { video } = this
    const now = video.currentTime, step = now - this.last
    if (step > 0 && step < 3 && now > this.reached) this.reached = now
    const due = this.asks.find((one) => !this.state.passed.includes(one.second) && now >= Math.min(one.second, this.seconds - 0.3) && (!this.free || this.last < one.second))
    this.last = now
    if (due) this.stop(due)
    this.draw()
  }

  async stop(due) {
    if (this.asking) return
    this.asking = due
    const { video } = this
    video.pause()
    this.draw()
    if (document.fullscreenElement) document.exitFullscreen()
    if (video.webkitDisplayingFullscreen) video.webkitExitFullscreen()
    await ask(due, this.answer)
    this.state.passed = [...this.state.passed, due.second]
    this.asking = null
    if (!video.ended) this.play()
  }

  faster(button) {
    const rates = button.dataset.rates.split(' ').map(Number)
    const rate = rates[(rates.indexOf(this.video.playbackRate) + 1) % rates.length]
    this.video.playbackRate = rate
    button.textContent = `${rate} 倍`
  }

  caption(button) {
    const [track] = this.video.textTracks
    const on = track.mode !== 'showing'
    track.mode = on ? 'showing' : 'hidden'
    button.setAttribute('aria-pressed', String(on))
  }

  whole() {
    const { video } = this, stage = this.main.querySelector('[data-stage]')
    if (stage.requestFullscreen) stage.requestFullscreen().catch(() => {})
    else if (video.webkitEnterFullscreen) video.webkitEnterFullscreen()
  }

  draw() {
    const { video } = this
    const now = (this.attached && video.readyState ? video.currentTime : video.begin) || 0
    this.main.querySelector('[data-when]').textContent = `${clock(now)} / ${clock(this.seconds)}`
    const share = (s) => String(Math.min(1000, (s / this.seconds) * 1000))
    this.main.querySelector('[data-bar=seen]').setAttribute('width', share(this.free ? 0 : this.reached))
    this.main.querySelector('[data-bar=here]').setAttribute('width', share(now))
    const rail = this.main.querySelector('.rail')
    rail.setAttribute('aria-valuenow', String(Math.round(now)))
    rail.setAttribute('aria-valuetext', clock(now))
    const play = this.find('play')
    play.hidden = !video.paused || Boolean(this.asking)
    play.setAttribute('aria-label', now ? '接着播放' : '播放')
  }
}

// At the very end the film begins anew: who has seen it all wants to see it again.
function beginAt(watch, position) {
  watch.video.begin = position >= watch.seconds - 1 ? 0 : position
  if (watch.video.begin > 5) watch.say(`接着上次的 ${clock(watch.video.begin)} 播放`)
}

export default function watch(main) {
  main.watch = new Watch(main)
}
