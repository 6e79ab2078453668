// htmx, with the CSRF token on every request that writes.
import htmx from 'htmx.org'
import { start } from './wire.js'

const token = () => (document.querySelector('meta[name="csrf-token"]') || {}).content

document.addEventListener('htmx:config:request', (event) => {
  const request = event.detail.ctx.request
  if (!/^(get|head)$/i.test(request.method) && token()) request.headers['X-CSRFToken'] = token()
})
document.addEventListener('htmx:after:swap', () => start(document))
document.addEventListener('htmx:error', () => document.body.classList.add('htmx-failed'))
export default htmx
