// data-one-key="1": the key presses the button, unless somebody is typing or asks the browser for something.
let watching = false

function press(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return
  if (event.target.closest('input, textarea, select, [contenteditable], dialog')) return
  const button = document.querySelector(`[data-one-key="${CSS.escape(event.key)}"]`)
  if (!button || button.disabled) return
  event.preventDefault()
  button.focus()
  button.click()
}

export default function watchOneKey() {
  if (watching) return
  watching = true
  document.addEventListener('keydown', press)
}
