// The desk's end of a video check: it makes the offers, asks for the card and the code, and decides beside the
// picture. A line that breaks is offered anew by itself; a page that is closed gives the call back to the queue.
import { asking, closeMedia, described, openMedia, peer, play, post, whyNot, whyNoCamera } from './call_peer.js'

const MOST_OFFERS = 4, CONNECT_MS = 20000, BROKEN_MS = 5000
const clock = (s) => `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`

export default async function desk(root) {
  const at = (name) => root.querySelector(`[data-${name}]`)
  const { here, offer, stands, back, end } = root.dataset
  const ice = JSON.parse(root.querySelector('script[type="application/json"]').textContent)
  const form = at('decision')
  const say = (words, tone = '') => { at('line').textContent = words; at('line').className = `call-line ${tone}` }
  const asks = [...root.querySelectorAll('[data-wish]')]
  let stream = null, pc = null, channel = null, round = 0, offers = 0, stood = false, over = false, timer = null, left = 0

  const deaf = (words) => {
    asks.forEach((button) => { button.disabled = true })
    if (words) say(words, 'tone-warn')
  }
  deaf()

  function close(words) {
    over = true
    clearTimeout(timer)
    if (pc) pc.close()
    closeMedia(stream)
    root.dataset.state = 'over'
    at('clock-left').hidden = true
    at('back').hidden = true
    at('end').textContent = '返回列表'
    deaf(words)
  }

  function again(words) {
    if (over) return
    deaf()
    if (offers >= MOST_OFFERS) { say('接不通。两边可能不在同一网络；请结束这次视频，请学员改为当面核对。', 'tone-stop'); return }
    say(words, 'tone-warn')
    connect()
  }

  function moved(mine, word) {
    if (mine !== pc || over) return
    clearTimeout(timer)
    if (word === 'connected') {
      offers = 0
      stood = true
      root.dataset.state = 'talking'
      say('已接通')
      form.querySelectorAll('button').forEach((button) => { button.disabled = false })
      post(stands).catch(() => {})
    } else if (word === 'failed') again('画面断了，正在重新接通')
    else if (word === 'disconnected') timer = setTimeout(() => again('画面断了，正在重新接通'), BROKEN_MS)
    else timer = setTimeout(() => again('没有接通，正在再试'), CONNECT_MS)
  }

  async function connect() {
    offers += 1
    clearTimeout(timer)
    if (pc) pc.close()
    const mine = peer(ice, stream, {
      picture: (far) => play(at('far'), far, at('sound')),
      state: (word) => moved(mine, word),
    })
    pc = mine
    const sent = mine.getTransceivers().map(({ sender }) => sender.track.kind)
    for (const kind of ['video', 'audio']) if (!sent.includes(kind)) mine.addTransceiver(kind, { direction: 'recvonly' })
    channel = mine.createDataChannel('wishes')
    channel.onopen = () => asks.forEach((button) => { button.disabled = false })
    timer = setTimeout(() => again('没有接通，正在再试'), CONNECT_MS)
    try {
      const said = await post(offer, { sdp: await described(mine) })
      if (mine === pc) round = said.round
    } catch (error) {
      if (mine === pc && !over) say(error.status ? error.message : '网络不通，正在重试', 'tone-warn')
    }
  }

  function told(said) {
    if (said.left !== null && said.left !== undefined) left = said.left
    if (said.status === 'ended' || said.status === 'waiting') {
      close(`${said.words}${stood ? '看清了就写下结果，没看清请返回列表。' : ''}`)
      return
    }
    const { answer } = said
    if (answer && answer.round === round && pc.signalingState === 'have-local-offer') {
      pc.setRemoteDescription({ type: 'answer', sdp: answer.sdp }).catch(() => again('没有接通，正在再试'))
    }
  }

  async function leave(url, fields) {
    over = true
    const { url: to } = await post(url, fields).catch(() => ({ url: root.dataset.list }))
    location.assign(to)
  }

  asks.forEach((button) => button.addEventListener('click', () => {
    if (!channel || channel.readyState !== 'open') return
    channel.send(button.dataset.wish)
    asks.forEach((one) => one.classList.toggle('on', one === button))
  }))
  at('back').addEventListener('click', () => leave(back))
  at('end').addEventListener('click', () => leave(end, { end: stood ? 'over' : 'no_picture' }))
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const body = new FormData(form)
    body.append('act', event.submitter ? event.submitter.value : 'confirm')
    const wrong = at('wrong')
    wrong.hidden = true
    try {
      const said = await post(form.action, body)
      over = true
      location.assign(said.url)
    } catch (error) {
      wrong.textContent = error.status ? error.message : '网络不通，没有提交。请再点一次。'
      wrong.hidden = false
    }
  })
  addEventListener('pagehide', () => {
    if (!over) post(back, {}, true).catch(() => {})
    closeMedia(stream)
  })
  addEventListener('pageshow', (event) => { if (event.persisted) location.reload() })

  const reason = whyNot()
  if (reason) { say(`${reason}请放回队列，由别的同事接。`, 'tone-stop'); return }
  say('正在打开摄像头')
  try { stream = await openMedia() } catch (error) {
    say(`${whyNoCamera(error)}学员看不到您，您仍能看到学员。`, 'tone-warn')
    stream = null
  }
  if (stream) { at('near').srcObject = stream; at('near').play().catch(() => {}) }
  if (stream) say('正在接通学员')
  setInterval(() => { left = Math.max(left - 1, 0); at('left').textContent = clock(left) }, 1000)
  await connect()
  asking(here, told, (gone) => { if (gone) say('网络不通，正在重试', 'tone-warn') })
}
