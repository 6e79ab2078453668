// Keeps the tablet's page: `KEEP` stands before this text, put there by the server (kits/views/tablet.py).
// Another list has another name; it takes over when the page is next opened, never in the middle of a class.
const NAME = `kit-${[...JSON.stringify(self.KEEP)].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) >>> 0, 7).toString(16)}`

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(self.KEEP.map((url) => new Request(url, { cache: 'reload' })))))
})

self.addEventListener('activate', (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((n) => n.startsWith('kit-') && n !== NAME).map((n) => caches.delete(n)))))
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.method !== 'GET') return
  const url = new URL(request.url)
  if (url.origin !== location.origin || !self.KEEP.includes(url.pathname)) return
  event.respondWith(caches.open(NAME).then((cache) => cache.match(url.pathname)).then((kept) => kept || fetch(request)))
})
