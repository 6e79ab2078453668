// The questions of a lesson: each stops it until it is answered rightly. The page doesn't know the
// answers; the server says whether it was right.
const WAIT = 3000

async function tell(address, body, headers) {
  const answer = await fetch(address, {
    method: 'POST', headers: { 'Content-Type': 'application/json', Accept: 'application/json', ...headers }, body: JSON.stringify(body),
  })
  const told = await answer.json().catch(() => ({}))
  if (answer.ok) return told
  const words = told.message ? `${told.message}${told.next_step || ''}` : '服务器暂时没有回应，请再点一次。'
  throw Object.assign(new Error(words), { wait: Number(answer.headers.get('Retry-After')) * 1000 })
}

// The author's preview asks another address than the learner, whose beats are sent before the answer.
export function answerer(main, beats) {
  const trial = main.dataset.preview
  const token = document.querySelector('meta[name=csrf-token]')
  if (trial) return (second, chosen) => tell(trial, { second, chosen }, { 'X-CSRFToken': token ? token.content : '' })
  return async (second, chosen) => {
    const told = await beats().answer(second, chosen)
    if (told.refused) throw new Error(`${told.refused.message}${told.refused.next_step}`)
    return told
  }
}

export function asksOf(main) {
  const sheet = main.querySelector('[data-asks]')
  const forms = [...main.querySelectorAll('form[data-ask]')]
  return forms.map((form) => ({ second: Number(form.dataset.ask), form, sheet }))
}

// Shows one question; resolves once it was answered rightly and the learner wants to go on.
export function ask({ second, form, sheet }, answer) {
  const button = form.querySelector('button'), said = form.querySelector('.ask-said')
  const chosen = () => [...form.querySelectorAll('input:checked')].map((i) => Number(i.value))
  const say = (words, tone) => { said.textContent = words; said.className = `ask-said ${tone}`; said.hidden = !words }
  let right = false
  sheet.hidden = form.hidden = false
  form.scrollIntoView({ block: 'nearest' })
  form.querySelector('input').focus({ preventScroll: true })
  form.onchange = () => { if (!right) { button.disabled = !chosen().length; say('', '') } }
  return new Promise((done) => {
    form.onsubmit = async (event) => {
      event.preventDefault()
      if (right) { sheet.hidden = form.hidden = true; done(); return }
      button.disabled = true
      try {
        const told = await answer(second, chosen())
        right = told.right
        say(`${right ? '答对了。' : '不对，再想想。'}${told.explanation || ''}`, right ? 'tone-ok' : 'tone-warn')
        if (right) {
          form.querySelectorAll('input').forEach((i) => { i.disabled = true })
          button.textContent = '继续学'
        }
        button.disabled = !right
        if (right) button.focus()
      } catch (error) {
        say(navigator.onLine ? error.message : '没有联网，联网后再点一次。', 'tone-stop')
        setTimeout(() => { button.disabled = false }, error.wait || WAIT / 3)
      }
    }
  })
}

// Another device has taken over, or the lesson is gone: said where the player stands, with a way on.
export function sayRefused(player, error) {
  player.ready = false
  player.say(`${error.message || '没有连上服务器。'}${error.next_step || ''}`, 'tone-stop')
  const again = Object.assign(document.createElement('button'), { type: 'button', className: 'btn btn-block', textContent: '在这里接着学' })
  again.onclick = () => location.reload()
  player.main.querySelector('[data-said]').append(again)
}
