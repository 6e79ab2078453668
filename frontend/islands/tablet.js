// A question on a tablet of the class, read aloud by the tablet's own Chinese voice; where it has none, that is said
// plainly and a person reads. Without a network nothing is lost: the choice stays on the screen and is sent again.
import { remaining } from './clock.js'

const KEY = 'tablet-auto'
const synth = window.speechSynthesis
const make = (tag, props, ...inside) => { const el = Object.assign(document.createElement(tag), props); el.append(...inside); return el }

function chineseVoice() {
  const voices = synth ? synth.getVoices() : []
  const mandarin = voices.filter((v) => /^zh[-_]?(CN|Hans)?/i.test(v.lang) && !/HK|TW|yue/i.test(v.lang))
  return mandarin.find((v) => v.localService) || mandarin[0]
}

// Some browsers load their voices only after having been asked.
const voiceReady = () => new Promise((done) => {
  if (!synth || chineseVoice()) { done(synth ? chineseVoice() : null); return }
  const finish = () => done(chineseVoice() || null)
  synth.addEventListener('voiceschanged', finish, { once: true })
  setTimeout(finish, 1500)
})

function kept(fallback) { try { return (sessionStorage.getItem(KEY) || fallback) === 'on' } catch { return fallback === 'on' } }
function keep(on) { try { sessionStorage.setItem(KEY, on ? 'on' : 'off') } catch { /* this page only */ } }

export default function tablet(box) {
  const words = [box, ...box.querySelectorAll('[data-say]')]
  const read = make('button', { type: 'button', className: 'btn tablet-read', textContent: '朗读', disabled: true })
  const auto = make('input', { type: 'checkbox', checked: kept(box.hasAttribute('data-auto') ? 'on' : 'off') })
  const line = make('div', { className: 'tablet-voice' }, read, make('label', { className: 'choice-plain' }, auto, ' 每题自动朗读'))
  box.prepend(line)
  let voice = null
  let reading = 0

  function stop() {
    reading++
    if (synth) synth.cancel()
    words.forEach((el) => el.classList.remove('read-now'))
    read.textContent = '朗读'
  }

  function readAll() {
    stop()
    const mine = reading
    read.textContent = '停止朗读'
    words.forEach((el, at) => {
      const said = new SpeechSynthesisUtterance(el.dataset.say)
      said.lang = 'zh-CN'
      said.voice = voice
      said.rate = 0.9
      said.onstart = () => { if (mine === reading) { words.forEach((w) => w.classList.remove('read-now')); el.classList.add('read-now') } }
      said.onend = () => { if (mine === reading && at === words.length - 1) stop() }
      synth.speak(said)
    })
  }

  read.onclick = () => (read.textContent === '朗读' ? readAll() : stop())
  auto.onchange = () => { keep(auto.checked); auto.checked && voice ? readAll() : stop() }
  addEventListener('pagehide', stop)
  voiceReady().then((found) => {
    voice = found
    read.disabled = !voice
    if (!voice) { line.replaceChildren(make('p', { className: 'notice notice-warn', textContent: '这台平板没有中文语音，请考官把题目读给学员听。' })); return }
    if (auto.checked) readAll()
  })

  if (box.tagName === 'FORM') sendSafely(box)
  const deadline = Date.parse(box.dataset.deadline || '')
  if (deadline) setInterval(() => { if (!remaining(deadline).left) location.assign('/exams/tablet/') }, 1000)
}

// Sends the answer and goes on; with no network it says so and leaves everything as it is.
function sendSafely(form) {
  let busy = false
  let pressed = null // older browsers don't tell which button sent the form
  addEventListener('click', (event) => { pressed = event.target.closest('button[form]') || pressed }, true)
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (busy) return
    busy = true
    const body = new URLSearchParams(new FormData(form))
    const button = event.submitter || pressed
    if (button && button.name) body.set(button.name, button.value)
    let said = form.querySelector('.tablet-failed')
    try {
      const reply = await fetch(form.action, { method: 'POST', body, credentials: 'same-origin' })
      if (reply.redirected) { location.assign(reply.url); return }
      if (reply.ok) { location.reload(); return }
      throw new Error(String(reply.status))
    } catch {
      if (!said) { said = make('p', { className: 'notice notice-warn tablet-failed' }); said.setAttribute('role', 'alert'); form.append(said) }
      said.textContent = '没有存上，网络可能断了。答案还在屏幕上，请稍等再点一次；还不行，请叫考官。'
    }
    busy = false
  })
}
