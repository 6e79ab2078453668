// The picture with its time line: what was filmed when, chapters, gaps. hls.js plays live and filed
// recordings; where it can't (iPhone) the browser's own HLS does; an upload is a plain video.
const clock = new Intl.DateTimeFormat('zh-CN', { timeZone: 'Asia/Shanghai', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
const reel = () => document.querySelector('[data-reel]')
const runsNow = () => { try { return JSON.parse(reel().dataset.runs) } catch { return [] } }

// Milliseconds since 1970 at a second of playing time, and back; a gap leads to what comes after it.
export function momentAt(runs, second) {
  const played = second * 1000
  const run = runs.find(([, length, from]) => played < from + length) || runs[runs.length - 1]
  return run ? run[0] + Math.min(played - run[2], run[1]) : 0
}

export function secondAt(runs, moment) {
  const first = runs.find(([begin, length]) => moment < begin + length)
  if (!first) { const last = runs[runs.length - 1]; return last ? (last[2] + last[1]) / 1000 : 0 }
  return (first[2] + Math.max(0, moment - first[0])) / 1000
}

async function attach(video, source, going, say) {
  const { default: Hls } = await import('hls.js/light')
  if (!Hls.isSupported()) {
    if (video.canPlayType('application/vnd.apple.mpegurl')) video.src = source
    else say('这个浏览器放不了直播，请换用系统自带浏览器或 Chrome。')
    return null
  }
  const hls = new Hls({ enableWorker: false, liveSyncDurationCount: 2, backBufferLength: 90, maxBufferLength: 30, startPosition: going ? -1 : 0 })
  hls.loadSource(source)
  hls.attachMedia(video)
  hls.on(Hls.Events.ERROR, (_, told) => {
    if (!told.fatal) return
    if (told.type === Hls.ErrorTypes.MEDIA_ERROR) { hls.recoverMediaError(); return }
    say('画面读取中断，正在重试')
    setTimeout(() => { hls.loadSource(source); hls.startLoad() }, 3000)
  })
  hls.on(Hls.Events.FRAG_BUFFERED, () => say(''))
  return hls
}

function drawHead(video) {
  const box = reel(), svg = box && box.querySelector('[data-seek] svg')
  if (!svg) return
  const runs = runsNow()
  if (!runs.length) return
  const now = momentAt(runs, video.currentTime)
  const begin = Number(svg.dataset.begin) * 1000, end = Number(svg.dataset.end) * 1000
  const x = Math.max(0, Math.min(1000, ((now - begin) / (end - begin)) * 1000))
  const head = svg.querySelector('[data-head]')
  head.setAttribute('x1', x)
  head.setAttribute('x2', x)
  head.setAttribute('visibility', 'visible')
  const slider = box.querySelector('[data-seek]')
  slider.setAttribute('aria-valuenow', Math.round(video.currentTime))
  slider.setAttribute('aria-valuetext', clock.format(now))
  for (const field of document.querySelectorAll('[data-still] [name=second]')) field.value = Math.floor(video.currentTime)
}

function seekBy(event, video) {
  const steps = { ArrowLeft: -10, ArrowRight: 10, PageDown: -60, PageUp: 60 }
  const jumps = { Home: 0, End: video.duration }
  if (event.key in steps) video.currentTime = Math.max(0, video.currentTime + steps[event.key])
  else if (event.key in jumps && Number.isFinite(jumps[event.key])) video.currentTime = jumps[event.key]
  else return
  event.preventDefault()
}

export default async function player(screen) {
  const video = screen.querySelector('video')
  const line = screen.querySelector('[data-say]')
  const say = (words) => { line.textContent = words; line.hidden = !words }
  const going = 'going' in screen.dataset
  const draw = () => drawHead(video)

  // Delegated: the time line is made anew every few seconds while it is live.
  document.addEventListener('click', (event) => {
    const button = event.target.closest('[data-at]')
    if (button) { video.currentTime = secondAt(runsNow(), Number(button.dataset.at)); return }
    const bar = event.target.closest('[data-seek]')
    if (!bar || !event.detail) return
    const svg = bar.querySelector('svg'), box = bar.getBoundingClientRect()
    const begin = Number(svg.dataset.begin) * 1000, end = Number(svg.dataset.end) * 1000
    video.currentTime = secondAt(runsNow(), begin + ((event.clientX - box.left) / box.width) * (end - begin))
  })
  document.addEventListener('keydown', (event) => { if (event.target.closest('[data-seek]')) seekBy(event, video) })
  for (const name of ['timeupdate', 'seeked', 'loadedmetadata']) video.addEventListener(name, draw)
  document.addEventListener('htmx:after:swap', draw)

  if (!screen.dataset.hls) { video.addEventListener('error', () => say('这份视频放不出来：文件可能损坏，或不是浏览器支持的格式。')); return }
  if (going && !runsNow().length) {
    say('等待第一段画面，通常十秒以内')
    await new Promise((done) => {
      const look = setInterval(() => { if (runsNow().length) { clearInterval(look); done() } }, 1000)
    })
    say('')
  }
  if (!runsNow().length) { say('没有可以播放的画面'); return }
  const hls = await attach(video, screen.dataset.hls, going, say)
  if (!going) return
  video.muted = true
  video.play().catch(() => {})
  const edge = screen.querySelector('[data-edge]')
  const live = () => (hls && hls.liveSyncPosition) || video.duration
  edge.onclick = () => { video.currentTime = live(); video.play() }
  const watch = setInterval(() => {
    edge.hidden = !(live() - video.currentTime > 20)
    // Filed by now: the whole page has more to say.
    if (document.querySelector('[data-filed]')) { clearInterval(watch); location.reload() }
  }, 2000)
}
