// A queue worked by keys: each key presses the button that bears it; 0 opens the list and its filter.
function press(root, key) {
  const el = root.querySelector(`[data-key="${key}"]`)
  if (!el || root.classList.contains('htmx-request') || root.querySelector('.htmx-request')) return false
  if (el.tagName !== 'SUMMARY') { el.click(); return true }
  const box = el.parentElement
  box.open = true
  box.querySelector('[data-filter]').focus()
  return true
}

function filter(input) {
  const words = input.value.trim().toLowerCase()
  const items = [...input.closest('details').querySelectorAll('li')]
  let shown = 0
  for (const li of items) {
    li.hidden = Boolean(words) && !li.textContent.toLowerCase().includes(words)
    if (!li.hidden) shown += 1
  }
  input.closest('details').querySelector('[data-none]').hidden = shown > 0
}

export default function keys(root) {
  document.addEventListener('keydown', (event) => {
    if (!root.isConnected || event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return
    if (document.querySelector('dialog[open]')) return
    if (event.target.closest('input,textarea,select')) {
      if (event.key === 'Escape' && event.target.matches('[data-filter]')) {
        event.target.closest('details').open = false
        root.querySelector('[data-focus]').focus()
      }
      return
    }
    if (/^[0-9su]$/i.test(event.key) && press(root, event.key.toLowerCase())) event.preventDefault()
  })
  root.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !event.target.matches('[data-filter]')) return
    event.preventDefault()
    const first = event.target.closest('details').querySelector('li:not([hidden]) button')
    if (first && event.target.value.trim()) first.click()
  })
  root.addEventListener('input', (event) => { if (event.target.matches('[data-filter]')) filter(event.target) })
  // The next question is read out, and keys go on working whatever had the focus.
  new MutationObserver(() => {
    const next = root.querySelector('[data-focus]')
    if (next && !root.contains(document.activeElement)) next.focus({ preventScroll: true })
  }).observe(root, { childList: true })
}
