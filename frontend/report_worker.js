// Opens one report page without a network. `PAGE` and `BLANK` stand before this text, put there by the server
// (foundation/ui/offline.py). What is kept is the blank form, fetched without a cookie, and the files it needs:
// never the page that somebody has logged in to.
const NAME = `report-${self.PAGE}`
const PATIENCE = 6000

self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

// The page says which files it has loaded: exactly these are kept, with the blank form of the same release.
self.addEventListener('message', (event) => {
  const { keep } = event.data || {}
  if (keep) event.waitUntil(keepAll(keep))
})

async function keepAll(paths) {
  const box = await caches.open(NAME)
  const reply = await fetch(self.BLANK, { credentials: 'omit', cache: 'no-store' })
  if (!reply.ok || reply.redirected) return
  for (const asked of await box.keys()) if (!paths.includes(new URL(asked.url).pathname)) await box.delete(asked)
  for (const path of paths) if (!(await box.match(path))) await box.add(path)
  await box.put(self.BLANK, reply)
}

const kept = async (path) => (await caches.open(NAME)).match(path, { ignoreVary: true, ignoreSearch: true })

async function page(request) {
  const asked = fetch(request)
  const blank = await kept(self.BLANK)
  if (!blank) return asked
  const late = new Promise((done) => { setTimeout(() => done(blank), PATIENCE) })
  return Promise.race([asked.catch(() => blank), late])
}

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== self.location.origin) return
  if (request.mode === 'navigate' && url.pathname === self.PAGE) event.respondWith(page(request))
  else if (url.pathname.startsWith('/static/assets/')) event.respondWith(kept(url.pathname).then((file) => file || fetch(request)))
})
