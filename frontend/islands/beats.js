// Tells the server that this learner is learning: opens a session, then claims the media seconds
// that went by. A beat is a claim; what counts is the server's answer.
const EVERY = 10000

async function post(path, body) {
  const answer = await fetch(`/in/lessons/${path}`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), keepalive: path === 'beat',
  })
  const told = await answer.json().catch(() => ({}))
  if (answer.ok) return told
  const wait = Number(answer.headers.get('Retry-After')) || 0
  throw Object.assign(new Error(told.message || '服务器暂时不能接收'), { ...told, status: answer.status, wait })
}

const refused = (error) => error.status && error.status < 500

export function startBeats({ lesson, where, playing, onState, onRefused }) {
  let key = '', since = 0, timer = 0, over = false

  async function open() {
    try {
      const state = await post('open', { lesson })
      key = state.key
      since = state.position
      onState(state)
      timer = setTimeout(beat, EVERY)
    } catch (error) {
      if (refused(error)) { over = true; onRefused(error); return }
      timer = setTimeout(open, (error.wait || 3) * 1000)
    }
  }

  async function beat() {
    clearTimeout(timer)
    if (over) return
    const until = where()
    let wait = EVERY
    if (key && (playing() || until > since)) {
      try {
        onState(await post('beat', { key, since: Math.min(since, until), until, rate: 1 }))
        since = until
      } catch (error) {
        if (refused(error)) { over = true; onRefused(error); return }
        wait = (error.wait || 5) * 1000
      }
    } else since = until
    timer = setTimeout(beat, wait)
  }

  addEventListener('pagehide', beat)
  open()
}
