// A learner before the staffed video check: the camera first, then the queue, then a person. Leaving is always
// possible and costs nothing; the way by people on the spot stands on the page.
import { asking, closeMedia, described, openMedia, peer, play, post, whyNot, whyNoCamera } from './call_peer.js'

const WISHES = {
  face: '请正对镜头',
  card: '请把身份证人像面举到镜头前，避开反光',
  closer: '请再近一点，停住两秒',
  light: '请到亮一点的地方',
  code: '请读出短信里的 6 位验证码',
  sound: '听不到您的声音，请对着镜头举起验证码',
}
const OTHER = '可以改用下面的“请在场的人核对”。'

function keepAwake() {
  const hold = () => document.visibilityState === 'visible' && navigator.wakeLock && navigator.wakeLock.request('screen').catch(() => {})
  document.addEventListener('visibilitychange', hold)
  hold()
}

export default function call(root) {
  const at = (name) => root.querySelector(`[data-${name}]`)
  const line = at('line'), start = at('go')
  const say = (words, tone = '') => { line.textContent = words; line.className = `call-line ${tone}` }
  const show = (state) => { root.dataset.state = state }
  let stream = null, pc = null, stop = null, urls = null, answered = 0, before = ''

  const reason = whyNot()
  if (reason) { say(`${reason}${OTHER}`, 'tone-warn'); start.disabled = true; return }

  function hangUp() {
    if (pc) pc.close()
    pc = null
    at('far').srcObject = null
    at('wish').textContent = ''
  }

  function finish(words, tone) {
    if (stop) stop()
    hangUp()
    closeMedia(stream)
    stream = null
    at('near').srcObject = null
    show('before')
    start.disabled = false
    start.textContent = '再排一次'
    say(words, tone)
  }

  async function reply(offer) {
    hangUp()
    const mine = peer(offer.ice, stream, {
      picture: (far) => play(at('far'), far, at('sound')),
      state: (word) => {
        if (mine !== pc) return
        if (word === 'connected') { show('talking'); say('已接通') }
        if (word === 'disconnected' || word === 'failed') say('画面断了，正在重新接通', 'tone-warn')
      },
    })
    pc = mine
    pc.ondatachannel = ({ channel }) => { channel.onmessage = ({ data }) => { at('wish').textContent = WISHES[data] || '' } }
    await pc.setRemoteDescription({ type: 'offer', sdp: offer.sdp })
    await post(urls.answer, { round: offer.round, sdp: await described(pc) })
  }

  function told(said) {
    if (said.status === 'ended') {
      if (said.end === 'decided') { say(said.words); closeMedia(stream); location.assign(root.dataset.after); return }
      finish(said.words, 'tone-warn')
      return
    }
    if (said.status === 'waiting') {
      if (before === 'taken' || before === 'talking') hangUp()
      show('waiting')
      const queue = said.place > 1 ? `正在排队，前面还有 ${said.place - 1} 位` : '正在排队，下一位就是您'
      say(before === 'talking' ? `工作人员断开了，您排在最前。${queue}` : queue)
      if (before !== 'talking') before = said.status
      return
    }
    if (before === 'waiting' && navigator.vibrate) navigator.vibrate(200)
    if (said.status === 'taken' && before !== 'taken') say('工作人员已接听，正在接通画面')
    before = said.status
    if (said.offer && said.offer.round !== answered) {
      answered = said.offer.round
      reply(said.offer).catch(() => { answered = 0; say('没有接通，正在再试', 'tone-warn') })
    }
  }

  const lost = (gone) => say(gone ? '网络不通，正在重试，位置会保留一会儿' : '网络已恢复', gone ? 'tone-warn' : '')

  start.disabled = false
  start.addEventListener('click', async () => {
    start.disabled = true
    say('正在打开摄像头')
    try {
      stream = await openMedia()
    } catch (error) {
      say(`${whyNoCamera(error)}${OTHER}`, 'tone-warn')
      start.disabled = false
      return
    }
    at('near').srcObject = stream
    at('near').play().catch(() => {})
    try {
      urls = await post(root.dataset.join)
    } catch (error) {
      finish(error.status ? error.message : `网络不通，没有排上。${OTHER}`, 'tone-warn')
      return
    }
    before = ''
    answered = 0
    keepAwake()
    told(urls.told)
    stop = asking(urls.here, told, lost)
  })
  at('leave').addEventListener('click', () => {
    stop()
    post(urls.leave).catch(() => {})
    finish('已退出，随时可以再来。')
  })
  addEventListener('pagehide', () => closeMedia(stream))
  addEventListener('pageshow', (event) => { if (event.persisted) location.reload() })
}
