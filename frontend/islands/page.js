// Puts a whole page that came by fetch in place of this one, and says what went wrong with one that didn't.
const sheetOf = (doc) => (doc.querySelector('link[rel=stylesheet]') || { getAttribute: () => '' }).getAttribute('href')

// A page of another kind (the login page, say) needs its own bundle: the browser goes there.
export function showPage(html, url, restart) {
  const page = new DOMParser().parseFromString(html, 'text/html')
  if (!page.querySelector('main') || sheetOf(page) !== sheetOf(document)) { location.assign(url); return }
  document.title = page.title
  document.body.replaceWith(document.adoptNode(page.body))
  history.pushState({}, '', url)
  restart()
  scrollTo(0, 0)
  const main = document.querySelector('main')
  main.focus({ preventScroll: true })
}

// One line over everything, gone with the next success.
export function toast(words) {
  let line = document.querySelector('.toast')
  if (!words) { if (line) line.remove(); return }
  if (!line) {
    line = document.createElement('div')
    line.className = 'toast'
    line.setAttribute('role', 'alert')
    document.body.append(line)
  }
  line.textContent = words
}

export function wordsFor(status) {
  if (status === 404) return '没有找到这条记录，或您没有权限。请刷新页面后再试。'
  if (status === 403) return '页面停留太久，校验已过期。请刷新页面后再试。'
  if (status === 413) return '上传的内容太大，请压缩或拆分后再传。'
  return '系统出错，这一步没有办成，原有记录没有改动。请稍后再试一次。'
}
