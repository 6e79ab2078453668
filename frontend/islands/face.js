// Films before the camera: a card and a face once, or the actions that the server has drawn. What is filmed
// leaves memory with the answer; nothing of it is stored on this phone. The way by people stands on the page.
const SIDE = 640, QUALITY = 0.72, CARD_SIDE = 2000
const WHY = {
  NotAllowedError: '没有得到使用摄像头的许可。可在浏览器设置里允许后刷新本页，或改用人工核验。',
  NotFoundError: '这台设备没有摄像头，请改用人工核验。',
  NotReadableError: '摄像头正被别的程序占用。请关闭后刷新本页，或改用人工核验。',
}
const NO_CAMERA = '浏览器只在 HTTPS 地址下允许用摄像头。请改用人工核验。'
const MISSING = { card: '请先拍身份证人像面。', back: '请先拍身份证国徽面。' }
const pause = (ms) => new Promise((done) => { setTimeout(done, ms) })
const token = () => document.querySelector('meta[name=csrf-token]').content

async function send(url, body) {
  const reply = await fetch(url, { method: 'POST', body, headers: { 'X-CSRFToken': token(), Accept: 'application/json' } })
  const said = await reply.json().catch(() => ({}))
  if (!reply.ok) throw new Error(`${said.message || '没有办成。'}${said.next_step || '请再试一次，或改用人工核验。'}`)
  return said
}

async function openCamera(video) {
  const picture = { facingMode: 'user', width: { ideal: 640 }, height: { ideal: 480 } }
  const stream = await navigator.mediaDevices.getUserMedia({ video: picture, audio: false })
  video.srcObject = stream
  await video.play()
  addEventListener('pagehide', () => stream.getTracks().forEach((t) => t.stop()))
  return stream
}

function frame(video, canvas) {
  const scale = Math.min(1, SIDE / Math.max(video.videoWidth, video.videoHeight))
  canvas.width = Math.round(video.videoWidth * scale)
  canvas.height = Math.round(video.videoHeight * scale)
  canvas.getContext('2d', { willReadFrequently: true }).drawImage(video, 0, 0, canvas.width, canvas.height)
  return new Promise((done) => { canvas.toBlob(done, 'image/jpeg', QUALITY) })
}

// Mean grey of the middle: dark, normal or bright; for figures only.
function light(canvas) {
  const { width, height } = canvas
  const { data } = canvas.getContext('2d').getImageData(width / 4, height / 4, width / 2, height / 2)
  let sum = 0, n = 0
  for (let at = 0; at < data.length; at += 64) { sum += 0.3 * data[at] + 0.59 * data[at + 1] + 0.11 * data[at + 2]; n += 1 }
  const mean = sum / n
  return mean < 70 ? 'dark' : mean > 190 ? 'bright' : 'normal'
}

// A film of so many seconds: [seconds from the first frame, JPEG], and what `tell(second)` says meanwhile.
async function film(video, seconds, every, tell) {
  const canvas = document.createElement('canvas')
  const body = new FormData()
  const times = []
  const began = performance.now()
  for (let due = 0; due <= seconds; due += every) {
    const now = (performance.now() - began) / 1000
    tell(now)
    if (due > now) await pause(1000 * (due - now))
    const at = (performance.now() - began) / 1000
    const jpeg = await frame(video, canvas)
    if (at > seconds + 0.5 || !jpeg) break
    times.push(Math.round(at * 1000) / 1000)
    body.append('frame', jpeg, 'f.jpg')
    if (at > due + every) due = at // a slow phone takes fewer
  }
  times.forEach((at, place) => { times[place] = Math.round((at - times[0]) * 1000) / 1000 })
  body.append('times', JSON.stringify(times))
  body.append('light', light(canvas))
  return body
}

// Large photographs are made smaller here; what this browser can't open goes as it is and is answered in words.
async function smaller(file) {
  try {
    const image = await createImageBitmap(file)
    const scale = Math.min(1, CARD_SIDE / Math.max(image.width, image.height))
    const canvas = document.createElement('canvas')
    canvas.width = Math.round(image.width * scale)
    canvas.height = Math.round(image.height * scale)
    canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height)
    return await new Promise((done) => { canvas.toBlob(done, 'image/jpeg', 0.9) }) || file
  } catch { return file }
}

export default function face(root) {
  const at = (name) => root.querySelector(`[data-${name}]`)
  const video = at('video'), line = at('line'), start = at('go')
  const say = (words, tone = '') => { line.textContent = words; line.className = `face-line ${tone}` }
  if (root.dataset.face === 'wait') { wait(root.dataset.state, 60); return }
  if (root.dataset.face === 'back') { root.addEventListener('submit', back); return }
  if (!window.isSecureContext || !navigator.mediaDevices) { say(NO_CAMERA, 'tone-warn'); return }
  if (start) start.disabled = false
  let stream = null

  // Asks until it has been looked at, then shows the page anew: what it came to is said there.
  async function wait(url, most) {
    for (let n = 0; n < most; n++) {
      await pause(1000)
      const told = await fetch(url, { headers: { Accept: 'application/json' } }).then((r) => r.json()).catch(() => null)
      if (told && !told.waits) { location.reload(); return }
      if (n === 15) say('还在比对，请稍等。也可以点下面的人工方式，不用等。')
    }
    say('比对的人多，还没有结果。您可以改用人工核验，或稍后回到本页。', 'tone-warn')
  }

  async function check() {
    const challenge = await send(root.dataset.begin, new FormData())
    let shown = null
    const body = await film(video, challenge.seconds, challenge.every, (now) => {
      const step = challenge.steps.find((one) => now >= one.at && now < one.until)
      const words = step ? step.say : now < challenge.steps[0].at ? '请正对镜头' : '请正对镜头，等下一个动作'
      if (words !== shown) { shown = words; say(words, step ? 'face-act' : ''); if (step && navigator.vibrate) navigator.vibrate(60) }
      at('bar').value = now / challenge.seconds
    })
    at('bar').value = 1
    body.append('nonce', challenge.nonce)
    say('正在上传')
    await send(challenge.to, body)
    say('正在比对，约几秒')
    close()
    await wait(challenge.state, 60)
  }

  // The other side alone; without this script the form goes by itself, the photograph as it is.
  async function back(event) {
    event.preventDefault()
    const photo = photographed('back')
    if (!photo) { say(MISSING.back, 'tone-warn'); return }
    start.disabled = true
    try {
      say('正在上传')
      const body = new FormData()
      body.append('back', await smaller(photo), 'back.jpg')
      body.append('check', root.querySelector('[name=check]').value)
      const { url } = await send(root.action, body)
      location.assign(url)
    } catch (error) {
      say(error.message || '没有交成，请再试一次。', 'tone-warn')
      start.disabled = false
    }
  }

  function photographed(name) {
    const input = root.querySelector(`[name=${name}]`)
    return input && input.files[0]
  }

  // Which side of the card has still to be photographed.
  function missing() {
    return ['card', 'back'].find((name) => root.querySelector(`[name=${name}]`) && !photographed(name))
  }

  async function enrol() {
    say('请正对镜头，不要动')
    await pause(700)
    const body = await film(video, 3, 0.5, () => {})
    say('正在上传')
    body.append('card', await smaller(photographed('card')), 'card.jpg')
    if (photographed('back')) body.append('back', await smaller(photographed('back')), 'back.jpg')
    body.append('check', root.dataset.check || '')
    const { url } = await send(root.dataset.to, body)
    location.assign(url)
  }

  function close() {
    if (stream) stream.getTracks().forEach((t) => t.stop())
    stream = null
    root.classList.remove('filming')
  }

  start.addEventListener('click', async () => {
    start.disabled = true
    if (root.dataset.face === 'enrol' && missing()) {
      say(MISSING[missing()], 'tone-warn')
      start.disabled = false
      return
    }
    try {
      say('正在打开摄像头')
      root.classList.add('filming')
      stream = await openCamera(video)
      if (root.dataset.face === 'enrol') await enrol()
      else await check()
    } catch (error) {
      say(WHY[error.name] || error.message || '没有办成，请再试一次，或改用人工核验。', 'tone-warn')
    }
    close()
    start.disabled = false
  })
}
