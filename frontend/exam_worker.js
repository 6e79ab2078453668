// Opens the exam's page without a network: pages of sittings as they were last seen, and the files they need.
const PAGES = 'exam-pages'
const FILES = 'exam-files'
const PATIENCE = 4000

self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

// The page says which files it has loaded: exactly these are kept.
self.addEventListener('message', (event) => {
  const { keep, page, forget } = event.data || {}
  if (forget) event.waitUntil(forgetAll(forget))
  if (!keep) return
  event.waitUntil(Promise.all([keepFiles(keep), refresh(page)]))
})

async function keepFiles(paths) {
  const box = await caches.open(FILES)
  for (const asked of await box.keys()) if (!paths.includes(new URL(asked.url).pathname)) await box.delete(asked)
  for (const path of paths) if (!(await box.match(path))) await box.add(path)
}

// What the server doesn't mark to be kept (a result, a login page) takes the kept page away.
async function store(path, reply) {
  const box = await caches.open(PAGES)
  if (reply.ok && !reply.redirected && reply.headers.get('X-Keep-Offline')) await box.put(path, reply)
  else if (reply.status < 500) await box.delete(path)
}

// Page and pictures of a sitting that is over.
async function forgetAll(home) {
  const box = await caches.open(PAGES)
  for (const asked of await box.keys()) if (new URL(asked.url).pathname.startsWith(home)) await box.delete(asked)
}

// A question's picture never changes: once seen, it is here.
async function picture(request) {
  const box = await caches.open(PAGES)
  const kept = await box.match(request)
  if (kept) return kept
  const reply = await fetch(request)
  if (reply.ok && !reply.redirected) await box.put(request, reply.clone())
  return reply
}

async function refresh(path) {
  const box = await caches.open(PAGES)
  if (path && !(await box.match(path))) await store(path, await fetch(path, { credentials: 'same-origin' }))
}

async function page(request) {
  const { pathname } = new URL(request.url)
  const kept = await (await caches.open(PAGES)).match(pathname)
  const asked = fetch(request).then((reply) => { if (reply.type === 'basic') store(pathname, reply.clone()); return reply })
  if (!kept) return asked
  const late = new Promise((done) => { setTimeout(() => done(kept), PATIENCE) })
  return Promise.race([asked.catch(() => kept), late])
}

async function file(request) {
  return (await (await caches.open(FILES)).match(new URL(request.url).pathname)) || fetch(request)
}

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== self.location.origin) return
  if (request.mode === 'navigate' && /^\/exams\/[0-9a-f-]{36}\/(paper)?$/.test(url.pathname)) event.respondWith(page(request))
  else if (/^\/exams\/[0-9a-f-]{36}\/images\//.test(url.pathname)) event.respondWith(picture(request))
  else if (url.pathname.startsWith('/static/assets/')) event.respondWith(file(request))
})
