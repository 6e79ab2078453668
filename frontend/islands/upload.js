// An upload with a bar: size first, then progress, then the answer's page in place of this one.
import { showPage, wordsFor } from './page.js'
import { start } from './wire.js'

const megabytes = (bytes) => (bytes / 1048576).toFixed(1)

export const allow = (form) => form.querySelectorAll('button').forEach((b) => { b.disabled = false })

export function makeLine(form) {
  const line = document.createElement('div')
  line.className = 'upload-state'
  line.setAttribute('role', 'status')
  form.append(line)
  return line
}

export function say(line, words, tone = 'muted') {
  const p = document.createElement('p')
  p.className = tone
  p.textContent = words
  line.replaceChildren(p)
}

// The name of the first file that is too large, with what to do about it; '' when all fit.
function tooLarge(form) {
  const most = Number(form.dataset.maxMb) || 0
  const files = [...form.querySelectorAll('input[type=file]')].flatMap((i) => [...i.files])
  const big = most && files.find((f) => f.size > most * 1048576)
  return big ? `“${big.name}”有 ${megabytes(big.size)} MB，超过 ${most} MB 的上限。请压缩或拆分后再传。` : ''
}

// A refusal is said beside the form, which keeps the chosen file; anything else is the next page.
export function finish(form, line, request) {
  if (request.status < 400) {
    showPage(request.responseText, request.responseURL || form.action, () => {
      if (window.htmx) window.htmx.process(document.body)
      start(document)
    })
    return
  }
  allow(form)
  const page = new DOMParser().parseFromString(request.responseText, 'text/html')
  const refusal = page.querySelector('.refusal .notice')
  if (!refusal) { say(line, wordsFor(request.status), 'tone-stop'); return }
  const next = page.querySelector('.refusal .next-step')
  line.replaceChildren(...[refusal, next].filter(Boolean).map((el) => document.adoptNode(el)))
}

function send(form, line) {
  const request = new XMLHttpRequest()
  const bar = document.createElement('progress')
  const words = document.createElement('span')
  const meter = document.createElement('div')
  meter.className = 'meter'
  meter.append(words, bar)
  line.replaceChildren(meter)
  bar.max = 1
  words.textContent = '正在上传'
  request.upload.onprogress = (event) => {
    if (!event.lengthComputable) return
    bar.value = event.loaded / event.total
    words.textContent = event.loaded < event.total
      ? `已上传 ${megabytes(event.loaded)} / ${megabytes(event.total)} MB` : '已上传，正在核对内容'
  }
  request.upload.onload = () => { bar.removeAttribute('value') }
  request.onload = () => finish(form, line, request)
  request.onerror = () => { allow(form); say(line, '网络中断，文件没有传完。请检查网络后再点一次。', 'tone-stop') }
  request.open(form.method || 'post', form.action)
  request.send(new FormData(form))
  form.querySelectorAll('button').forEach((b) => { b.disabled = true })
}

export default function upload(form) {
  const line = makeLine(form)
  const check = () => {
    const wrong = tooLarge(form)
    if (wrong) say(line, wrong, 'tone-stop')
    else line.replaceChildren()
    return !wrong
  }
  form.addEventListener('change', check)
  form.addEventListener('submit', (event) => {
    if (event.defaultPrevented) return
    event.preventDefault()
    if (check()) send(form, line)
  })
}
