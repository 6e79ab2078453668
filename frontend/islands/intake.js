// Posting to the hot paths (/in/…): an answer, a refusal in words, or "not now".
const PATIENCE = 10000

// {ok, body} | {refused, body} | {away, wait}: `wait` in ms, spread so that phones don't come back together.
export async function post(path, body) {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), PATIENCE)
  try {
    const reply = await fetch(`/in/${path}`, {
      method: 'POST', credentials: 'same-origin', signal: stop.signal,
      headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
    })
    if (reply.status === 429 || reply.status >= 500) {
      const wait = (Number(reply.headers.get('Retry-After')) || 2) * 1000
      return { away: true, status: reply.status, wait: wait * (1 + Math.random() * 2) }
    }
    const said = await reply.json().catch(() => ({}))
    return reply.ok ? { ok: true, body: said } : { refused: true, status: reply.status, body: said }
  } catch {
    return { away: true, status: 0, wait: 0 }
  } finally {
    clearTimeout(timer)
  }
}
