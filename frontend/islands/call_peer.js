// What both ends of a video check share: the camera, one description each way (all candidates in it, nothing
// trickles), and asking the site for news. Picture and sound never pass through the site; nothing is kept.
const WHY = {
  NotAllowedError: '没有得到使用摄像头的许可。可在浏览器设置里允许后再试。',
  NotFoundError: '这台设备没有摄像头。',
  NotReadableError: '摄像头正被别的程序占用，请关闭后再试。',
}
const token = () => document.querySelector('meta[name=csrf-token]').content
const pause = (ms) => new Promise((done) => { setTimeout(done, ms) })

// Why there can be no video here at all; nothing when there can.
export function whyNot() {
  if (!window.isSecureContext || !navigator.mediaDevices) return '浏览器只在 HTTPS 地址下允许用摄像头。'
  if (!window.RTCPeerConnection) return '这个浏览器不能视频通话，可换用系统自带浏览器或 Chrome 的新版本。'
  return ''
}

export const whyNoCamera = (error) => WHY[error.name] || error.message || '摄像头打不开。'

export async function post(url, fields = {}, keepalive = false) {
  const body = fields instanceof FormData ? fields : new FormData()
  if (body !== fields) Object.entries(fields).forEach(([name, value]) => body.append(name, value))
  const headers = { 'X-CSRFToken': token(), Accept: 'application/json' }
  const reply = await fetch(url, { method: 'POST', body, headers, keepalive })
  const gone = reply.redirected // to the log-in page
  const said = await reply.json().catch(() => ({}))
  if (reply.ok && !gone) return said
  const error = new Error(gone ? '登录已失效，请重新登录。' : `${said.message || '没有办成。'}${said.next_step || ''}`)
  error.status = gone ? 401 : reply.status
  throw error
}

// Asks until there is no more to ask. The site says how long to wait; jitter keeps many phones apart, and what
// fails is asked ever more seldom. `told` gets each answer, `lost(true)` once nothing comes back.
export function asking(url, told, lost) {
  let over = false, failed = 0
  async function ask() {
    let wait = 0
    try {
      const said = await post(url)
      if (over) return
      if (failed) lost(false)
      failed = 0
      wait = said.after
      told(said)
    } catch (error) {
      if (over) return
      if (error.status === 401) { told({ status: 'ended', words: error.message }); return }
      if (error.status === 404) { told({ status: 'ended', words: '这次视频已结束。' }); return }
      failed += 1
      lost(true)
      wait = Math.min(10000, 1000 * 2 ** failed)
    }
    if (wait && !over) setTimeout(ask, wait * (0.75 + Math.random() / 2))
  }
  ask()
  return () => { over = true }
}

export async function openMedia() {
  const picture = { facingMode: 'user', width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 15, max: 24 } }
  let stream
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: picture, audio: { echoCancellation: true } })
  } catch (error) {
    if (error.name !== 'NotFoundError') throw error
    stream = await navigator.mediaDevices.getUserMedia({ video: picture }) // no microphone
  }
  stream.getVideoTracks().forEach((track) => { track.contentHint = 'detail' }) // a card has to be read
  return stream
}

export const closeMedia = (stream) => { if (stream) stream.getTracks().forEach((track) => track.stop()) }

// `on.picture(stream)` when the other end sends, `on.state(word)` as the connection lives.
export function peer(ice, stream, on) {
  const pc = new RTCPeerConnection({ iceServers: ice })
  const far = new MediaStream()
  pc.ontrack = ({ track }) => { far.addTrack(track); on.picture(far) }
  pc.onconnectionstatechange = () => on.state(pc.connectionState)
  if (stream) stream.getTracks().forEach((track) => pc.addTrack(track, stream))
  return pc
}

// Its own description with every way to reach it; after four seconds with those that are known.
export async function described(pc) {
  await pc.setLocalDescription(await (pc.remoteDescription ? pc.createAnswer() : pc.createOffer()))
  const whole = new Promise((done) => {
    const look = () => { if (pc.iceGatheringState === 'complete') done() }
    pc.addEventListener('icegatheringstatechange', look)
    look()
  })
  await Promise.race([whole, pause(4000)])
  return pc.localDescription.sdp
}

// A browser may refuse sound before somebody has touched the page: then without, and a button for it.
export async function play(video, stream, button) {
  if (video.srcObject !== stream) video.srcObject = stream
  try { await video.play() } catch (error) {
    if (error.name !== 'NotAllowedError') return
    video.muted = true
    video.play().catch(() => {})
    button.hidden = false
    button.onclick = () => { video.muted = false; button.hidden = true; video.play() }
  }
}
