// An ID card reader is a keyboard: it types the number and Enter, or the card's lines with Enter after each.
const NUMBER = /(^|\D)\d{17}[\dXx](?![\dXx])/
const WAIT = 1500

export default function card(form) {
  const input = form.querySelector('[name=card]')
  const box = form.closest('dialog')
  const said = document.getElementById('card-said')
  let lines = ''
  let timer = 0
  const clear = () => { lines = ''; input.value = ''; clearTimeout(timer) }
  const ready = () => { clear(); if (box && box.open) input.focus() }

  // A line without a number is the name or the address: wait for the line that has it.
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return
    const all = `${lines} ${input.value}`
    if (NUMBER.test(all)) { input.value = all.match(NUMBER)[0].replace(/^\D/, ''); lines = ''; return }
    if (!/^\s*[\dXx]*\s*$/.test(input.value)) event.preventDefault()
    else return
    lines = all
    input.value = ''
    clearTimeout(timer)
    timer = setTimeout(clear, WAIT)
  })
  form.addEventListener('submit', () => setTimeout(ready))
  if (box) new MutationObserver(() => { if (box.open) ready() }).observe(box, { attributes: true, attributeFilter: ['open'] })
  new MutationObserver(() => { while (said.children.length > 6) said.lastElementChild.remove() }).observe(said, { childList: true })
}
