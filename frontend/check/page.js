// The page: takes files, hands them to the worker, shows what it found. Nothing leaves this computer.
import source from 'check-worker'
import { droppedFiles, fieldFiles } from './gather.js'
import { keyLines, sealLines } from './typed.js'
import { asText, heading, moment, overall, size } from './plain.js'
import { element, outcomeCard } from './show.js'

const $ = (id) => document.getElementById(id)
const FAILURES = {
  NotReadableError: '读不到文件：可能被别的程序占用，或在核对时被改动、移走。请重新放入。',
  NotFoundError: '读不到文件：可能在核对时被改名或移走。请重新放入。',
  RangeError: '文件太大，这个浏览器的内存不够。请在电脑上用命令核对：anlan verify 文件',
}

let worker = null
let held = []
let outcomes = []
let used = []

const workerUrl = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))

function check(files) {
  if (!files.length) return
  held = files
  stop()
  try {
    worker = new Worker(workerUrl)
  } catch {
    fail('这个浏览器不能在后台核对，请换用较新的浏览器，或用命令核对：anlan verify 文件')
    return
  }
  worker.onmessage = ({ data }) => answer(data)
  worker.onerror = (event) => fail(`核对中断：${event.message || '浏览器停止了后台程序'}。请重新放入文件。`)
  busy(true)
  worker.postMessage({ files, keys: keyLines($('check-keys').value), seals: sealLines($('check-seal').value) })
}

function stop() {
  if (worker) worker.terminate()
  worker = null
  busy(false)
}

function answer({ progress, result, failed }) {
  if (progress) return step(progress)
  stop()
  if (failed) return fail(FAILURES[failed.name] || `核对中断：${failed.message}。请重新放入文件。`)
  show(result)
}

function busy(on) {
  $('check-progress').hidden = !on
  $('check').setAttribute('aria-busy', String(on))
  if (!on) return
  const total = held.reduce((sum, { file }) => sum + file.size, 0)
  step({ done: 0, total, name: held.length === 1 ? held[0].path : `${held.length} 个文件` })
  $('check-results').hidden = true
}

function step({ done, total, name }) {
  const bar = $('check-bar')
  bar.max = Math.max(total, 1)
  bar.value = Math.min(done, total)
  $('check-figures').textContent = `已读 ${size(Math.min(done, total))}，共 ${size(total)}`
  $('check-now').textContent = name
}

function show({ outcomes: found, keysFromFiles, keysUsed, problems }) {
  outcomes = found
  used = keysUsed
  problem('check-keys', problems.keys)
  problem('check-seal', problems.seals)
  const only = !found.length
  const title = only ? emptyTitle(keysFromFiles) : overall(found)
  const cards = found.map((outcome) => outcomeCard(outcome, askForKey))
  if (keysFromFiles.length && !only) cards.unshift(note(`公钥 ${keysFromFiles.length} 个来自您放入的公钥文件。`))
  reveal(title, cards)
}

const emptyTitle = (keys) => (keys.length ? '只有公钥文件。请把回执或档案和它一起放进来。' : '没有可以核对的文件。')
const note = (text) => element('p', { className: 'muted', textContent: text })

function fail(text) {
  stop()
  outcomes = []
  used = []
  reveal(text, [])
}

function reveal(title, cards) {
  $('check-title').textContent = title
  $('check-at').textContent = heading(used, moment(new Date()))
  $('check-cards').textContent = ''
  $('check-cards').append(...cards)
  $('check-acts').hidden = !cards.length
  $('check-results').hidden = false
  $('check-results').scrollIntoView({ block: 'start' })
  $('check-title').focus({ preventScroll: true })
}

function problem(field, texts) {
  const error = $(`${field}-error`)
  error.textContent = texts.join('；')
  error.hidden = !texts.length
  $(field).classList.toggle('is-invalid', texts.length > 0)
  $(field).setAttribute('aria-invalid', String(texts.length > 0))
  if (texts.length) $('check-means').open = true
}

function askForKey() {
  $('check-means').open = true
  $('check-keys').focus()
}

function takeFiles() {
  for (const id of ['check-files', 'check-folder']) {
    $(id).addEventListener('change', () => {
      check(fieldFiles($(id).files))
      $(id).value = ''
    })
  }
  let depth = 0
  const mark = () => $('check-drop').classList.toggle('check-over', depth > 0)
  addEventListener('dragenter', (event) => { event.preventDefault(); depth++; mark() })
  addEventListener('dragleave', () => { depth--; mark() })
  addEventListener('dragover', (event) => event.preventDefault())
  addEventListener('drop', (event) => {
    event.preventDefault()
    depth = 0
    mark()
    droppedFiles(event.dataTransfer).then(check, () => fail(FAILURES.NotReadableError))
  })
}

function takeMeans() {
  for (const id of ['check-keys', 'check-seal']) $(id).addEventListener('change', () => check(held))
  const own = $('check-own')
  const published = $('check-own-key')
  if (!published) return
  own.hidden = false
  own.addEventListener('click', () => {
    const keys = $('check-keys')
    const key = published.dataset.vkey
    if (!keys.value.includes(key)) keys.value = `${keys.value.trim()}\n${key}`.trim()
    $('check-own-said').hidden = false
    check(held)
  })
}

function takeActs() {
  $('check-stop').addEventListener('click', () => fail('已停止，没有得出结论。'))
  $('check-print').addEventListener('click', () => print())
  $('check-copy').addEventListener('click', copy)
  $('check-clear').addEventListener('click', () => {
    held = []
    outcomes = []
    $('check-results').hidden = true
    $('check-files').focus()
  })
}

// Over plain http there is no clipboard; an old way still works.
async function copy() {
  const text = asText(outcomes, heading(used, moment(new Date())))
  const done = navigator.clipboard && await navigator.clipboard.writeText(text).then(() => true, () => false)
  const said = done || copyOld(text) ? '已复制。' : '没能复制，请用打印。'
  $('check-copied').textContent = said
}

function copyOld(text) {
  const area = element('textarea', { value: text, className: 'visually-hidden' })
  document.body.append(area)
  area.select()
  const done = document.execCommand('copy')
  area.remove()
  return done
}

takeFiles()
takeMeans()
takeActs()
$('check').dataset.ready = 'true'
