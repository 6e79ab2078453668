// Switches behaviour on by data attributes. Heavy islands load only where the page asks for them.
import { watchConfirm } from './confirm.js'
import { watchClocks } from './clock.js'
import { watchForms } from './forms.js'
import { startQr } from './qr.js'

const heavy = [
  ['[data-chart]', () => import('./charts.js')],
  ['[data-exam]', () => import('./exam.js')],
  ['[data-tablet]', () => import('./tablet.js')],
  ['[data-camera]', () => import('./camera.js')],
  ['form[data-moment]', () => import('./moment.js')],
  ['[data-face]', () => import('./face.js')],
  ['[data-licence]', () => import('./licence.js')],
  ['[data-call]', () => import('./call.js')],
  ['[data-call-desk]', () => import('./call_desk.js')],
  ['[data-player]', () => import('./player.js')],
  ['[data-watch]', () => import('./watch.js')],
  ['[data-read]', () => import('./read.js')],
  ['form[data-passkey]', () => import('./passkey.js')],
  ['form[data-scan]', () => import('./scan.js')],
  ['form[data-kit-take]', () => import('./kit_take.js')],
  ['form[data-sign]', () => import('./sign.js')],
  ['form[data-report],[data-report-queue]', () => import('./report.js')],
  ['form[data-walk],[data-walk-queue]', () => import('./walk.js')],
  ['form[data-spot]', () => import('./spot.js')],
  ['form[data-card]', () => import('./card.js')],
  ['[data-keys]', () => import('./keys.js')],
  ['form[data-place]', () => import('./place.js')],
  ['form[data-upload]', () => import('./upload.js')],
  ['[data-one-key]', () => import('./one_key.js')],
  ['form[data-tus],[data-tus-drop]', () => import('./tus.js')],
]

// Each element is started once; parts swapped in later are found by the next call.
export function start(root) {
  for (const [selector, load] of heavy) {
    const found = [...root.querySelectorAll(selector)].filter((el) => !el.started)
    if (!found.length) continue
    for (const el of found) el.started = true
    load().then((island) => found.forEach((el) => island.default(el)))
  }
  for (const el of root.querySelectorAll('[data-qr-url]')) {
    if (!el.started) startQr(el)
    el.started = true
  }
}

function watchConnection() {
  const bar = document.querySelector('.offline')
  if (!bar) return
  const show = () => { bar.hidden = navigator.onLine }
  addEventListener('online', show)
  addEventListener('offline', show)
  show()
}

watchConfirm()
watchClocks()
watchForms()
watchConnection()
start(document)
