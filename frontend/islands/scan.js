import { serverNow } from './clock.js'
import { kept, send } from './signing.js'

// Scans the class's code by camera where the browser allows it; typing the six digits always works.
const WHY_NO_CAMERA = '浏览器只在 HTTPS 地址下允许用摄像头。请用微信“扫一扫”扫屏幕上的二维码，或输入二维码下方的 6 位数字。'

async function makeReader() {
  if ('BarcodeDetector' in window) {
    try {
      const detector = new window.BarcodeDetector({ formats: ['qr_code'] })
      return async (video) => { const found = await detector.detect(video); return found.length ? found[0].rawValue : '' }
    } catch { /* some browsers have the name without the service */ }
  }
  const { default: jsQR } = await import('jsqr')
  const canvas = document.createElement('canvas')
  const pen = canvas.getContext('2d', { willReadFrequently: true })
  return async (video) => {
    canvas.width = 480
    canvas.height = Math.round((480 * video.videoHeight) / video.videoWidth) || 480
    pen.drawImage(video, 0, 0, canvas.width, canvas.height)
    const image = pen.getImageData(0, 0, canvas.width, canvas.height)
    const found = jsQR(image.data, image.width, image.height, { inversionAttempts: 'dontInvert' })
    return found ? found.data : ''
  }
}

// A link of this site is opened; anything else is taken as the code itself.
function take(form, input, value) {
  try {
    const url = new URL(value)
    if (url.origin !== location.origin) return false
    if (navigator.onLine) location.assign(url.href)
    else keepScan(form, url)
    return true
  } catch {
    input.value = value
    form.requestSubmit ? form.requestSubmit() : form.submit()
    return true
  }
}

// No network at the door: the scan is kept and sent within the life of its code, with its own time.
const OF_SESSION = /\/session\/([0-9a-f-]{36})\/sign$/
const SCAN_LIFE = 170000

function keepScan(form, url) {
  const found = url.pathname.match(OF_SESSION)
  const code = url.searchParams.get('c')
  const line = form.querySelector('[role=status]')
  if (!found || !code) { line.textContent = '没有网络，请联网后再扫。'; return }
  line.textContent = '没有网络。已记下这次扫码，请选择：'
  const scanned = new Date(serverNow()).toISOString()
  const row = document.createElement('div')
  row.className = 'form-actions'
  for (const [kind, words] of [['in', '签到'], ['out', '签退']]) {
    const b = Object.assign(document.createElement('button'), { type: 'button', className: 'btn', textContent: words })
    b.onclick = () => {
      row.remove()
      resume({ body: { session: found[1], kind, code, scanned_at: scanned }, until: Date.parse(scanned) + SCAN_LIFE }, line)
    }
    row.append(b)
  }
  line.after(row)
}

function resume(scan, line) {
  send(scan, (state, said) => {
    if (state === 'sending') line.textContent = '正在登记…'
    if (state === 'waiting') line.textContent = '没有网络，扫码已存在本机，联网后自动登记，请不要关闭本页。'
    if (state === 'done') line.textContent = said.message
    if (state === 'refused') line.textContent = `${said.message} ${said.next_step || ''}`
    if (state === 'late') line.textContent = '联网太晚，这次扫码已过期。请重新扫码，或请班主任代签。'
    if (state === 'login') line.textContent = `${said.message} 登录后回到本页会接着登记。`
  })
}

const REASONS = {
  NotAllowedError: '没有得到使用摄像头的许可。可在浏览器设置里允许，或输入 6 位数字。',
  NotFoundError: '这台设备没有可用的摄像头，请输入 6 位数字。',
}

async function look(form, input, line) {
  const video = document.createElement('video')
  video.playsInline = true
  video.muted = true
  let stream
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' }, audio: false })
  } catch (error) {
    line.textContent = REASONS[error.name] || '摄像头没有打开，请输入 6 位数字。'
    return
  }
  form.prepend(video)
  video.srcObject = stream
  await video.play()
  line.textContent = '把二维码放进画面里'
  const read = await makeReader()
  const timer = setInterval(async () => {
    if (!video.videoWidth) return
    const value = await read(video).catch(() => '')
    if (!value) return
    if (!take(form, input, value)) { line.textContent = '这不是本平台的签到码，请扫讲台屏幕上的码。'; return }
    clearInterval(timer)
    stream.getTracks().forEach((t) => t.stop())
    line.textContent = '已识别，正在签到'
  }, 300)
  addEventListener('pagehide', () => stream.getTracks().forEach((t) => t.stop()))
}

export default function scan(form) {
  const input = form.querySelector('input[type=text],input[inputmode],input:not([type=hidden])')
  const line = document.createElement('p')
  line.className = 'muted center'
  line.setAttribute('role', 'status')
  const waiting = kept()
  if (waiting) setTimeout(() => resume(waiting, line))
  if (!window.isSecureContext || !navigator.mediaDevices) {
    line.textContent = WHY_NO_CAMERA
    form.prepend(line)
    return
  }
  const open = Object.assign(document.createElement('button'), { type: 'button', className: 'btn btn-primary btn-block', textContent: '打开摄像头扫码' })
  open.onclick = () => { open.remove(); look(form, input, line) }
  form.prepend(open, line)
}
