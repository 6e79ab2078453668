// Elements in one call; `on…` properties are listeners, `data` its data attributes.
export function h(tag, { data = {}, role, label, ...props } = {}, ...inside) {
  const el = Object.assign(document.createElement(tag), props)
  Object.assign(el.dataset, data)
  if (role) el.setAttribute('role', role)
  if (label) el.setAttribute('aria-label', label)
  el.append(...inside.flat().filter((one) => one !== null && one !== undefined && one !== false))
  return el
}

export function dialog(...inside) {
  const box = h('dialog', { className: 'kit-dialog' }, ...inside)
  box.onclose = () => box.remove()
  document.body.append(box)
  box.showModal()
  return box
}

// Resolves with the label of the button that was pressed, '' for none.
export function choose(question, ...labels) {
  return new Promise((done) => {
    let said = ''
    const buttons = labels.map((label, no) => h('button', {
      type: 'button', className: no === labels.length - 1 ? 'btn btn-primary' : 'btn', textContent: label,
      onclick: () => { said = label; box.close() },
    }))
    const box = dialog(h('p', {}, question), h('div', { className: 'form-actions' }, ...buttons))
    box.onclose = () => { box.remove(); done(said) }
  })
}

let gone = 0
export function flash(words, tone = 'ok') {
  let line = document.querySelector('.kit-flash')
  if (!line) { line = h('div', { className: 'kit-flash', role: 'status' }); document.body.append(line) }
  line.textContent = words
  line.className = `kit-flash kit-flash-${tone}`
  clearTimeout(gone)
  gone = setTimeout(() => line.remove(), 5000)
}
