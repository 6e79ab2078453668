// Keeps the rules of Tabler's stylesheet whose every class belongs to a family we use.
const FAMILIES = [
  'btn', 'btn-sm', 'btn-lg', 'btn-primary', 'btn-danger', 'btn-link', 'btn-list',
  'form-control', 'form-control-sm', 'form-select', 'form-label', 'form-check', 'form-check-input',
  'form-check-label', 'form-check-inline', 'form-hint', 'input-group', 'input-group-text', 'is-invalid',
  'invalid-feedback', 'table', 'table-sm', 'visually-hidden', 'visually-hidden-focusable',
  'disabled', 'active', 'd-none', 'd-flex', 'd-block', 'd-grid', 'd-inline', 'd-inline-block', 'flex-wrap',
  'flex-fill', 'flex-column', 'align-items-center', 'align-items-start', 'align-items-end',
  'justify-content-between', 'justify-content-end', 'justify-content-center', 'ms-auto', 'me-auto',
  'text-nowrap', 'text-end', 'text-center', 'text-start', 'text-break', 'w-100', 'list-unstyled',
]
const PATTERNS = [/^(m|p)[tbsexy]?-[0-5]$/, /^gap-[0-5]$/]
const known = new Set(FAMILIES)
const isKnown = (name) => known.has(name) || PATTERNS.some((p) => p.test(name))

function keepSelector(selector) {
  if (/\[data-|\[dir=|::-moz-color|:host/.test(selector)) return false
  const classes = [...selector.matchAll(/\.(-?[_a-zA-Z][\w-]*)/g)].map((m) => m[1])
  return classes.every(isKnown)
}

// Splits a block of CSS into [head, body] pairs; body is null for statements such as @charset.
function* rules(css) {
  let at = 0
  while (at < css.length) {
    const open = css.indexOf('{', at)
    const semi = css.indexOf(';', at)
    if (open < 0) return
    if (semi >= 0 && semi < open) {
      yield [css.slice(at, semi), null]
      at = semi + 1
      continue
    }
    let depth = 1
    let end = open + 1
    for (; depth && end < css.length; end++) {
      if (css[end] === '{') depth++
      else if (css[end] === '}') depth--
    }
    yield [css.slice(at, open), css.slice(open + 1, end - 1)]
    at = end
  }
}

function splitSelectors(head) {
  const parts = []
  let depth = 0
  let start = 0
  for (let i = 0; i < head.length; i++) {
    if (head[i] === '(' || head[i] === '[') depth++
    else if (head[i] === ')' || head[i] === ']') depth--
    else if (head[i] === ',' && !depth) {
      parts.push(head.slice(start, i))
      start = i + 1
    }
  }
  return [...parts, head.slice(start)]
}

function filtered(css) {
  let kept = ''
  for (const [rawHead, body] of rules(css.replace(/\/\*[\s\S]*?\*\//g, ''))) {
    const head = rawHead.trim()
    if (body === null) continue
    if (head.startsWith('@media') || head.startsWith('@supports')) {
      if (/print/.test(head)) continue
      const inner = filtered(body)
      if (inner) kept += `${head}{${inner}}`
    } else if (!head.startsWith('@')) {
      const selectors = splitSelectors(head).filter(keepSelector)
      if (selectors.length) kept += `${selectors.join(',')}{${body}}`
    }
  }
  return kept
}

// Custom properties nobody reads any more are dropped until nothing changes.
function withoutIdleProperties(css) {
  for (;;) {
    const used = new Set([...css.matchAll(/var\(\s*(--[\w-]+)/g)].map((m) => m[1]))
    const next = css.replace(/([{;])(--[\w-]+):[^;{}]*(?=[;}])/g, (all, before, name) => (used.has(name) ? all : before))
    const tidy = next.replace(/;+/g, ';').replace(/\{;/g, '{')
    if (tidy === css) return css
    css = tidy
  }
}

export function tablerPart(css) {
  return withoutIdleProperties(filtered(css))
}
