// data-confirm="撤销 王* 的报名？": asks in a dialog whose button carries the verb.
function build(question, act, danger) {
  const box = document.createElement('dialog')
  box.setAttribute('aria-labelledby', 'ask-text')
  const text = document.createElement('p')
  text.id = 'ask-text'
  text.textContent = question
  const row = document.createElement('div')
  row.className = 'form-actions'
  const no = Object.assign(document.createElement('button'), { type: 'button', className: 'btn', textContent: '先不' })
  const yes = Object.assign(document.createElement('button'), {
    type: 'button', className: danger ? 'btn btn-danger' : 'btn btn-primary', textContent: act,
  })
  row.append(no, yes)
  box.append(text, row)
  return { box, no, yes }
}

export function ask(question, act = '继续', danger = false) {
  const { box, no, yes } = build(question, act, danger)
  if (!box.showModal) return Promise.resolve(window.confirm(question))
  return new Promise((done) => {
    const close = (answer) => { box.close(); box.remove(); done(answer) }
    no.onclick = () => close(false)
    yes.onclick = () => close(true)
    box.oncancel = (event) => { event.preventDefault(); close(false) }
    document.body.append(box)
    box.showModal()
    no.focus()
  })
}

const label = (el) => el.dataset.confirmAct || (el.tagName === 'FORM' ? '继续' : el.textContent.trim()) || '继续'
const danger = (el) => el.classList.contains('btn-danger') || el.hasAttribute('data-danger')

async function hold(event, el, repeat) {
  if (el.confirmed) { el.confirmed = false; return }
  event.preventDefault()
  event.stopImmediatePropagation()
  if (!(await ask(el.dataset.confirm, label(el), danger(el)))) return
  el.confirmed = true
  repeat()
}

export function watchConfirm() {
  document.addEventListener('click', (event) => {
    const el = event.target.closest('[data-confirm]')
    if (!el || el.tagName === 'FORM') return
    if (el.form && el.type !== 'button' && !el.form.reportValidity()) { event.preventDefault(); return }
    hold(event, el, () => el.click())
  }, true)
  document.addEventListener('submit', (event) => {
    const form = event.target
    if (!form.matches('form[data-confirm]')) return
    hold(event, form, () => (form.requestSubmit ? form.requestSubmit(event.submitter || undefined) : form.submit()))
  }, true)
}
