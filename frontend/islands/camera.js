// The page that films: MediaRecorder in parts of a minute, chunks of two seconds, sent as they come.
// A part is a film of its own, so the server never needs more than a minute again after a crash.
import { serverNow } from './clock.js'
import { ask } from './confirm.js'
import { openQueue } from './film_queue.js'

const CHUNK_MS = 2000
const PART_MS = 60000
const OVERLAP_MS = 700 // an encoder that starts or stops drops what it has in hand
const KINDS = ['video/webm;codecs=vp8,opus', 'video/webm;codecs=h264,opus', 'video/webm', 'video/mp4']

const WHY = {
  NotAllowedError: '没有获得摄像头权限。请在浏览器地址栏左侧的设置里允许使用摄像头和麦克风，再刷新本页。',
  NotFoundError: '这台设备没有找到摄像头。请接好摄像头后刷新本页，或改用手机。',
  NotReadableError: '摄像头正被别的程序占用。请关闭会议、相机等程序后刷新本页。',
  OverconstrainedError: '摄像头不支持所需画面。请换一台设备。',
}

const clock = (s) => `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`

function whyNot() {
  if (!isSecureContext) return '浏览器只在 HTTPS 页面开放摄像头。请用 https:// 开头的地址打开本平台，或改用摄像头、推流设备。'
  if (!navigator.mediaDevices || !window.MediaRecorder) return '这个浏览器不能录像。请换用系统自带浏览器或 Chrome 的新版本。'
  return ''
}

async function openCamera(facing) {
  const picture = { facingMode: facing, width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 15, max: 24 } }
  try {
    return await navigator.mediaDevices.getUserMedia({ video: picture, audio: true })
  } catch (error) {
    // No microphone is no reason not to film.
    if (error.name !== 'NotFoundError') throw error
    return navigator.mediaDevices.getUserMedia({ video: picture })
  }
}

function filming(stream, queue, firstPart, onChunk) {
  let part = firstPart - 1, current = null, timer = null, beat = performance.now()
  const kind = KINDS.find((k) => MediaRecorder.isTypeSupported(k))

  function begin() {
    part += 1
    const mine = part, start = Math.round(serverNow())
    let no = 0, before = performance.now()
    const recorder = new MediaRecorder(stream, { mimeType: kind, videoBitsPerSecond: 1000000, audioBitsPerSecond: 48000 })
    const put = (body, ms, last) => queue.put({ part: mine, no, start, body, ms, last })
    recorder.ondataavailable = ({ data }) => {
      const ms = performance.now() - before
      before = performance.now()
      if (!data.size) return
      put(data, ms, false)
      no += 1
      onChunk(ms)
    }
    recorder.onstop = () => put(new Blob([]), 0, true)
    recorder.start(CHUNK_MS)
    return recorder
  }

  // The next part begins before the last one ends: nothing is lost between them, some of it is there twice.
  function roll() {
    const old = current
    current = begin()
    if (old && old.state !== 'inactive') setTimeout(() => old.state !== 'inactive' && old.stop(), OVERLAP_MS)
    clearTimeout(timer)
    timer = setTimeout(roll, PART_MS)
  }

  // A device that slept has a hole in its film: the hole belongs between two parts.
  const watch = setInterval(() => {
    const late = performance.now() - beat > 8000
    beat = performance.now()
    if (late && current) roll()
  }, 2000)

  roll()
  return {
    stop() {
      clearInterval(watch)
      clearTimeout(timer)
      return new Promise((done) => {
        if (current.state === 'inactive') { done(); return }
        current.addEventListener('stop', () => setTimeout(done, 0))
        current.stop()
      })
    },
    next: () => part + 1,
  }
}

async function keepAwake() {
  const hold = () => navigator.wakeLock && document.visibilityState === 'visible'
    && navigator.wakeLock.request('screen').catch(() => {})
  document.addEventListener('visibilitychange', hold)
  await hold()
}

export default async function camera(root) {
  const at = (name) => root.querySelector(`[data-${name}]`)
  const { uid, token, after } = root.dataset
  const base = root.dataset.base.replace(/end$/, '')
  const headers = { 'X-Live-Token': token, Accept: 'application/json' }
  const say = (words, tone) => { at('say').textContent = words; at('say').className = `camera-say tone-${tone}` }
  const cover = (words) => { at('cover').textContent = words; at('cover').hidden = !words }
  const reason = whyNot()
  if (reason) { cover(reason); say('不能拍摄', 'stop'); return }

  let stream = null, film = null, filmed = 0, ending = false, facing = 'environment'
  function show({ seconds, trouble, over }) {
    at('waiting').textContent = `${seconds} 秒`
    if (over && !ending) { say(trouble, 'stop'); cover('拍摄已停止'); halt(); return }
    if (ending) return
    if (trouble === '网络中断') say(`网络中断，已在本机缓存 ${seconds} 秒，恢复后自动补传`, 'warn')
    else if (trouble) say(trouble, 'warn')
    else if (film) say(seconds > 12 ? `正在补传，还有 ${seconds} 秒` : '正在直播', seconds > 12 ? 'warn' : 'ok')
  }

  async function halt() {
    at('stop').disabled = true
    at('flip').hidden = true
    if (film) await film.stop()
    film = null
    if (stream) stream.getTracks().forEach((track) => track.stop())
  }

  const queue = await openQueue({ uid, base, token, onChange: show })
  const firstPart = Math.max(Number(root.dataset.part), queue.highest + 1)

  async function roll(part) {
    stream = await openCamera(facing)
    at('preview').srcObject = stream
    for (const track of stream.getTracks()) track.addEventListener('ended', () => say('摄像头或麦克风断开了。请检查后刷新本页。', 'stop'))
    film = filming(stream, queue, part, (ms) => { filmed += ms; at('filmed').textContent = clock(Math.round(filmed / 1000)) })
    cover('')
    say('正在直播', 'ok')
    at('stop').disabled = false
  }

  try {
    await roll(firstPart)
  } catch (error) {
    cover(WHY[error.name] || '摄像头打不开。请刷新本页再试，或换一台设备。')
    say('不能拍摄', 'stop')
    return
  }
  keepAwake()
  const cameras = (await navigator.mediaDevices.enumerateDevices()).filter((d) => d.kind === 'videoinput')
  at('flip').hidden = cameras.length < 2 || !matchMedia('(pointer: coarse)').matches
  at('flip').onclick = async () => {
    facing = facing === 'environment' ? 'user' : 'environment'
    const part = film.next()
    await film.stop()
    stream.getTracks().forEach((track) => track.stop())
    await roll(part)
  }

  const state = setInterval(async () => {
    try {
      const answer = await fetch(`${base}state`, { headers, credentials: 'omit' })
      if (!answer.ok) return
      const told = await answer.json()
      at('kept').textContent = `${told.segments} 段`
      if (told.status !== 'live' && !ending) { clearInterval(state); say('这路录像已在别处结束', 'stop'); cover('拍摄已停止'); halt() }
    } catch { /* the queue says that the network is away */ }
  }, 4000)

  const guard = (event) => { event.preventDefault(); event.returnValue = '' }
  addEventListener('beforeunload', guard)

  at('stop').onclick = async () => {
    if (!(await ask('结束拍摄？结束后不能再续，已拍的会归档。', '结束拍摄', true))) return
    ending = true
    clearInterval(state)
    await halt()
    cover('拍摄已结束')
    const wait = setInterval(async () => {
      say(queue.empty() ? '正在归档' : `正在上传剩余画面（${at('waiting').textContent}），请不要关闭本页`, 'run')
      if (!queue.empty()) return
      clearInterval(wait)
      for (;;) {
        try {
          const answer = await fetch(`${base}end`, { method: 'POST', headers, credentials: 'omit' })
          if (answer.ok || answer.status < 500) break
        } catch { say('网络中断，恢复后自动结束归档，请不要关闭本页', 'warn') }
        await new Promise((go) => setTimeout(go, 3000))
      }
      removeEventListener('beforeunload', guard)
      location.assign(after)
    }, 500)
  }
}
