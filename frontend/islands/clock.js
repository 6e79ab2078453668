// The server's clock. The page says when it was made; every later answer's Date header corrects it.
const meta = document.querySelector('meta[name="server-now"]')
let offset = meta ? Date.parse(meta.content) - Date.now() : 0

export const serverNow = () => Date.now() + offset

export function correct(response) {
  const sent = Date.parse(response.headers.get('Date') || '')
  // A Date header has whole seconds: move only when the clock is plainly off.
  if (sent && Math.abs(sent + 500 - serverNow()) > 1500) offset = sent + 500 - Date.now()
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

function tick() {
  for (const el of document.querySelectorAll('[data-clock]')) el.textContent = beijing.format(serverNow())
  for (const el of document.querySelectorAll('[data-countdown]')) {
    const { left, text } = remaining(Date.parse(el.dataset.countdown))
    el.textContent = left ? `剩余 ${text}` : '已到时间'
    el.classList.toggle('soon', left < 300)
  }
}

export function watchClocks() {
  tick()
  setInterval(tick, 1000)
}
