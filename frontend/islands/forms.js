// Small conveniences of forms and tables, by delegation.
function onClick(event) {
  const el = event.target.closest('[data-print],[data-copy],[data-menu-toggle],[data-history-back],[data-dialog],[data-close]')
  if (!el) return
  if (el.hasAttribute('data-print')) window.print()
  if (el.hasAttribute('data-history-back') && history.length > 1) { event.preventDefault(); history.back() }
  if (el.dataset.dialog) {
    const box = document.getElementById(el.dataset.dialog)
    box.showModal ? box.showModal() : box.setAttribute('open', '')
  }
  if (el.hasAttribute('data-close')) {
    const box = el.closest('dialog')
    box.close ? box.close() : box.removeAttribute('open')
  }
  if (el.hasAttribute('data-menu-toggle')) {
    const open = document.querySelector('.side-menu').classList.toggle('open')
    el.setAttribute('aria-expanded', String(open))
  }
  if (el.dataset.copy && navigator.clipboard) {
    navigator.clipboard.writeText(el.dataset.copy).then(() => { el.textContent = '已复制' })
  }
}

function onSubmit(event) {
  const form = event.target
  if (!form.hasAttribute('data-once')) return
  if (form.sending) { event.preventDefault(); return }
  form.sending = true
  // After the browser has read the form: a disabled button would not send its name.
  setTimeout(() => form.querySelectorAll('[type=submit],button:not([type])').forEach((b) => { b.disabled = true }))
}

function countSelected(box) {
  const name = box.dataset.selectAll || box.name
  const all = [...document.querySelectorAll(`input[type=checkbox][name="${name}"]`)]
  const ticked = all.filter((b) => b.checked).length
  document.querySelectorAll('[data-selected-count]').forEach((el) => { el.textContent = String(ticked) })
}

function onChange(event) {
  const el = event.target
  if (el.dataset.selectAll) {
    document.querySelectorAll(`input[type=checkbox][name="${el.dataset.selectAll}"]`).forEach((b) => { b.checked = el.checked })
  }
  if (el.type === 'checkbox') countSelected(el)
  const form = el.form
  if (form && form.hasAttribute('data-autosubmit')) form.requestSubmit ? form.requestSubmit() : form.submit()
}

// A page restored by the back button must be usable again.
function onShow(event) {
  if (!event.persisted) return
  document.querySelectorAll('form[data-once]').forEach((form) => {
    form.sending = false
    form.querySelectorAll('[disabled]').forEach((b) => { b.disabled = false })
  })
}

export function watchForms() {
  document.addEventListener('click', onClick)
  document.addEventListener('submit', onSubmit)
  document.addEventListener('change', onChange)
  addEventListener('pageshow', onShow)
}
