// Posting to the hot paths (/in/…): an answer, a refusal in words, or "not now".
const PATIENCE = 10000

// {ok, body} | {refused, status, body} | {away, status, after, wait}: `after` is what the server asks for in ms, `wait`
// the same spread, so that phones don't come back together. `heard(reply)` sees the reply itself; with `keepalive` it
// is sent though the page may be gone before an answer comes.
export async function post(path, body, { heard, keepalive = false } = {}) {
  const stop = typeof AbortController === 'function' && !keepalive ? new AbortController() : null
  const timer = stop && setTimeout(() => stop.abort(), PATIENCE)
  try {
    const reply = await fetch(`/in/${path}`, {
      method: 'POST', credentials: 'same-origin', keepalive, signal: stop ? stop.signal : undefined,
      headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
    })
    if (heard) heard(reply)
    if (reply.status === 429 || reply.status >= 500) {
      const after = Number(reply.headers.get('Retry-After')) * 1000
      return { away: true, status: reply.status, after, wait: (after || 2000) * (1 + Math.random() * 2) }
    }
    const said = await reply.json().catch(() => ({}))
    return reply.ok ? { ok: true, body: said } : { refused: true, status: reply.status, body: said }
  } catch {
    return { away: true, status: 0, after: 0, wait: 0 }
  } finally {
    clearTimeout(timer)
  }
}
