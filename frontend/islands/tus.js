// A film goes up in pieces (tus 1.0) and goes on where it was broken off: after a lost network, a
// closed page, a flat battery. When it is whole, the form is sent with its number in place of it.
import { Upload } from 'tus-js-client'
import { amount, pace, remaining } from './amounts.js'
import { allow, finish, makeLine, say } from './upload.js'

const PIECE = 16 * 1048576 // a proxy that buffers bodies holds this much, and each is acknowledged
const WAITS = [2, 5, 10, 20, 30] // seconds between tries when the network is away
const SAID = '服务器已收到的部分不会丢。'

// What the server said in its refusal; '' when the network failed or something else answered.
function refusalIn(error) {
  const answer = error.originalResponse
  if (!answer || answer.getStatus() === 423 || answer.getStatus() === 409) return ''
  try {
    const told = JSON.parse(answer.getBody())
    return `${told.message}${told.next_step}`
  } catch {
    const seen = answer.getStatus()
    return seen >= 500 || !seen ? '' : `登录可能已过期。请刷新页面重新登录，再选同一个文件，会接着传。${SAID}`
  }
}

class Sending {
  constructor(form, file, line) {
    Object.assign(this, { form, file, line, tries: 0, paused: false, over: false })
    this.draw()
    this.upload = new Upload(file, {
      endpoint: form.dataset.tus,
      chunkSize: PIECE,
      retryDelays: [0, 1000],
      headers: { 'X-CSRFToken': form.querySelector('[name=csrfmiddlewaretoken]').value, Accept: 'application/json' },
      metadata: { filename: file.name, permit: form.dataset.permit },
      fingerprint: () => Promise.resolve(['anlan', form.dataset.for, file.name, file.size, file.lastModified].join('/')),
      onProgress: (sent, all) => this.show(sent, all),
      onSuccess: () => this.hand(),
      onError: (error) => this.stumble(error),
    })
    this.again = () => { if (!this.paused && !this.over) this.start() }
    this.leave = (event) => { if (!this.over && !this.paused) event.preventDefault() }
    addEventListener('online', this.again)
    addEventListener('beforeunload', this.leave)
  }

  draw() {
    const meter = document.createElement('div')
    meter.className = 'meter'
    this.words = document.createElement('span')
    this.rate = document.createElement('span')
    this.rate.className = 'muted'
    this.bar = document.createElement('progress')
    this.bar.max = 1
    this.bar.setAttribute('aria-label', '上传进度')
    meter.append(this.words, this.rate, this.bar)
    this.note = document.createElement('p')
    this.note.className = 'muted small'
    const acts = document.createElement('div')
    acts.className = 'upload-acts'
    this.pauser = this.button('暂停', () => this.toggle())
    this.dropper = this.button('放弃上传', () => this.drop())
    acts.append(this.pauser, this.dropper)
    this.line.replaceChildren(meter, this.note, acts)
    this.words.textContent = '正在准备…'
  }

  button(text, act) {
    const made = document.createElement('button')
    made.type = 'button'
    made.className = 'btn btn-sm'
    made.textContent = text
    made.addEventListener('click', act)
    return made
  }

  async start() {
    clearTimeout(this.timer)
    if (!this.upload.url) {
      const before = await this.upload.findPreviousUploads()
      if (before.length) this.upload.resumeFromPreviousUpload(before[before.length - 1])
    }
    this.note.textContent = ''
    this.pauser.textContent = '暂停'
    pace.begin(this)
    this.upload.start()
  }

  show(sent, all) {
    this.tries = 0
    this.bar.value = all ? sent / all : 0
    this.words.textContent = sent < all ? `已上传 ${amount(sent)}，共 ${amount(all)}` : '已传完，服务器正在保存'
    const speed = pace.of(this, sent)
    this.rate.textContent = speed && sent < all ? `${amount(speed)}/秒 · ${remaining((all - sent) / speed)}` : ''
  }

  // The network went away, or the server refused.
  stumble(error) {
    const refused = refusalIn(error)
    if (refused) { this.end(); say(this.line, refused, 'tone-stop'); return }
    const wait = WAITS[Math.min(this.tries, WAITS.length - 1)]
    this.tries += 1
    this.rate.textContent = ''
    const waits = error.originalResponse && error.originalResponse.getStatus() === 423
    this.words.textContent = waits ? '上一次连接还没有断开，稍后自动接着传' : '网络断开，等待恢复'
    this.note.textContent = `${SAID}恢复后自动接着传，不用守着；也可以换个网络再打开本页，重新选同一个文件。`
    this.timer = setTimeout(this.again, wait * 1000)
  }

  toggle() {
    this.paused = !this.paused
    if (!this.paused) { this.start(); return }
    clearTimeout(this.timer)
    this.upload.abort()
    this.rate.textContent = ''
    this.pauser.textContent = '继续上传'
    this.note.textContent = `已暂停。${SAID}`
  }

  drop() {
    this.end()
    clearTimeout(this.timer)
    this.upload.abort(true).catch(() => {}) // what could not be deleted now expires by itself
    this.forget()
    say(this.line, '已放弃，传上去的部分已删除。')
  }

  // The whole file is there: the form goes with its number, without its bytes.
  hand() {
    this.over = true
    this.words.textContent = '已传完，正在归档'
    this.rate.textContent = ''
    this.bar.value = 1
    this.pauser.remove()
    this.dropper.remove()
    const body = new FormData(this.form)
    body.delete('file')
    body.set('upload', this.upload.url.split('/').pop())
    const request = new XMLHttpRequest()
    request.onload = () => {
      if (request.status < 400) this.forget()
      this.end()
      finish(this.form, this.line, request)
    }
    request.onerror = () => {
      this.end()
      say(this.line, `网络中断，还没有归档。${SAID}请检查网络后再点一次“上传录像”。`, 'tone-stop')
    }
    request.open('post', this.form.action)
    request.send(body)
  }

  end() {
    this.over = true
    removeEventListener('online', this.again)
    removeEventListener('beforeunload', this.leave)
    allow(this.form)
    this.form.sending = null
  }

  forget() {
    const store = this.upload.options.urlStorage
    this.upload.findPreviousUploads().then((known) => known.forEach((one) => store.removeUpload(one.urlStorageKey)))
  }
}

function startForm(form) {
  const line = makeLine(form)
  form.addEventListener('submit', (event) => {
    if (event.defaultPrevented) return
    event.preventDefault()
    const file = form.querySelector('input[type=file]').files[0]
    if (!file || form.sending) return
    form.sending = new Sending(form, file, line)
    form.querySelectorAll('.form-actions button').forEach((b) => { b.disabled = true })
    form.sending.start()
  })
}

// 放弃 beside an upload of an earlier visit.
function startDropper(button) {
  button.addEventListener('click', async () => {
    button.disabled = true
    const token = document.querySelector('form[data-tus] [name=csrfmiddlewaretoken]').value
    const headers = { 'X-CSRFToken': token, 'Tus-Resumable': '1.0.0', Accept: 'application/json' }
    try {
      const answer = await fetch(button.dataset.tusDrop, { method: 'DELETE', headers })
      if (!answer.ok && answer.status !== 404) throw new Error(String(answer.status))
      const row = button.closest('[data-waiting]')
      row.textContent = '已放弃，传上去的部分已删除。'
    } catch {
      button.disabled = false
      button.textContent = '没有办成，再点一次'
    }
  })
}

export default function tus(element) {
  if (element.matches('form')) startForm(element)
  else startDropper(element)
}
