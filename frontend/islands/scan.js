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
    if (url.origin === location.origin) { location.assign(url.href); return true }
    return false
  } catch {
    input.value = value
    form.requestSubmit ? form.requestSubmit() : form.submit()
    return true
  }
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
  if (!window.isSecureContext || !navigator.mediaDevices) {
    line.textContent = WHY_NO_CAMERA
    form.prepend(line)
    return
  }
  const open = Object.assign(document.createElement('button'), { type: 'button', className: 'btn btn-primary btn-block', textContent: '打开摄像头扫码' })
  open.onclick = () => { open.remove(); look(form, input, line) }
  form.prepend(open, line)
}
