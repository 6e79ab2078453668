// A folded menu stays as its reader left it: the cookie is read by foundation/ui/menu.py.
const COOKIE = 'anlan_menu'
const YEAR = 365 * 24 * 3600

function kept() {
  const found = document.cookie.split('; ').find((part) => part.startsWith(`${COOKIE}=`))
  const said = new URLSearchParams(found ? found.slice(COOKIE.length + 1) : '')
  return { open: new Set(said.getAll('open')), closed: new Set(said.getAll('closed')) }
}

// One group only: another that is open because the reader is inside it isn't a wish.
function keep(group) {
  const folds = kept()
  folds.open.delete(group.dataset.fold)
  folds.closed.delete(group.dataset.fold)
  folds[group.open ? 'open' : 'closed'].add(group.dataset.fold)
  const said = new URLSearchParams()
  for (const state of ['open', 'closed']) folds[state].forEach((label) => said.append(state, label))
  document.cookie = `${COOKIE}=${said}; path=/; max-age=${YEAR}; samesite=lax`
}

document.querySelectorAll('.side-menu [data-fold] > summary').forEach((heading) => {
  heading.addEventListener('click', () => setTimeout(() => keep(heading.parentElement)))
})
