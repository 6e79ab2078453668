// The server's clock. The page says when it was made; later answers correct it. Between them it runs by
// the monotonic clock, so that turning the phone's clock moves nothing.
const meta = document.querySelector('meta[name="server-now"]')
const tell = () => performance.now()
let base = meta ? Date.parse(meta.content) : Date.now()
let mark = tell()
let wall = Date.now()

export const serverNow = () => base + tell() - mark

// The server says that it is this moment (ms).
export function setServer(ms) {
  base = ms
  mark = tell()
  wall = Date.now()
}

export function correct(response) {
  const sent = Date.parse(response.headers.get('Date') || '')
  // A Date header has whole seconds: move only when the clock is plainly off.
  if (sent && Math.abs(sent + 500 - serverNow()) > 1500) setServer(sent + 500)
}

// Some phones stop the monotonic clock while they sleep: then the wall clock has gone further.
function wake() {
  if (document.hidden) return
  const slept = Date.now() - wall - (tell() - mark)
  if (slept > 2000 && slept < 86400000) base += slept
  wall = Date.now() - (tell() - mark)
}

const two = (n) => String(n).padStart(2, '0')

export function remaining(deadline) {
  const left = Math.max(0, Math.floor((deadline - serverNow()) / 1000))
  const hours = Math.floor(left / 3600)
  return { left, text: `${hours ? `${hours}:` : ''}${two(Math.floor(left / 60) % 60)}:${two(left % 60)}` }
}

const beijing = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'Asia/Shanghai', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
})

export function tick() {
  for (const el of document.querySelectorAll('[data-clock]')) el.textContent = beijing.format(serverNow())
  for (const el of document.querySelectorAll('[data-countdown]')) {
    const { left, text } = remaining(Number(el.dataset.countdown) || Date.parse(el.dataset.countdown))
    el.textContent = left ? `剩余 ${text}` : '已到时间'
    el.classList.toggle('soon', left < 300)
  }
}

export function watchClocks() {
  tick()
  setInterval(tick, 1000)
  document.addEventListener('visibilitychange', wake)
}
