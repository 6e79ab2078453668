// The teacher's rotating code: a fresh image every few seconds; the old one stays when the net is gone.
import { correct } from './clock.js'

export function startQr(img) {
  const line = document.querySelector('.qr-state')
  const code = document.querySelector('[data-qr-code]')
  let shown = ''
  const refresh = async () => {
    if (!img.isConnected) { clearInterval(timer); return }
    try {
      const answer = await fetch(img.dataset.qrUrl, { cache: 'no-store', credentials: 'same-origin' })
      if (!answer.ok) throw new Error(String(answer.status))
      correct(answer)
      const url = URL.createObjectURL(await answer.blob())
      img.src = url
      if (shown) URL.revokeObjectURL(shown)
      shown = url
      if (code && answer.headers.get('X-Code')) code.textContent = answer.headers.get('X-Code')
      if (line) line.textContent = ''
    } catch {
      if (line) line.textContent = '二维码没有更新：网络中断或签到已结束。恢复后自动更新。'
    }
  }
  const timer = setInterval(refresh, 1000 * (Number(img.dataset.every) || 5))
  refresh()
  if (navigator.wakeLock) navigator.wakeLock.request('screen').catch(() => {})
}
