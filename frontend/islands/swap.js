// htmx, with the CSRF token on every request that writes, and an answer to whatever is no fragment.
import htmx from 'htmx.org'
import { showPage, toast, wordsFor } from './page.js'
import { start } from './wire.js'

window.htmx = htmx
const token = () => (document.querySelector('meta[name="csrf-token"]') || {}).content
const restart = () => { htmx.process(document.body); start(document) }

document.addEventListener('htmx:config:request', (event) => {
  const { request } = event.detail.ctx
  if (!/^(get|head)$/i.test(request.method) && token()) request.headers['X-CSRFToken'] = token()
})

// A redirect after a post, or an ended session, answers with a whole page; an error page is not swapped in.
document.addEventListener('htmx:after:request', (event) => {
  const { ctx } = event.detail
  const { status, raw } = ctx.response
  const whole = /^\s*<!doctype/i.test(ctx.text)
  toast('')
  if (!whole || ctx.target === document.body || ctx.select) {
    if (status >= 500) { event.preventDefault(); toast(wordsFor(status)) }
    return
  }
  event.preventDefault()
  if (status < 400) showPage(ctx.text, raw.url, restart)
  else toast(wordsFor(status))
})

document.addEventListener('htmx:after:swap', () => start(document))
document.addEventListener('htmx:error', (event) => {
  if (event.detail.ctx) toast('网络没有通，刚才的操作没有送到。请检查网络后再试。')
})
