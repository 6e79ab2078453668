// The checking page's own parts of the build: its worker as text, its body with icons, and the page as one file.
import * as esbuild from 'esbuild'
import crypto from 'node:crypto'
import fs from 'node:fs'

const target = ['es2019', 'chrome80', 'safari14'] // BigInt, which Ed25519 needs
const supported = { destructuring: true }
const whole = { bundle: true, minify: true, write: false, target, supported, charset: 'utf8', legalComments: 'eof', logLevel: 'warning' }

// `import source from 'check-worker'`: the worker, bundled, as a string that becomes a blob.
export const checkWorker = {
  name: 'check-worker',
  setup(build) {
    build.onResolve({ filter: /^check-worker$/ }, (args) => ({ path: args.path, namespace: 'check-worker' }))
    build.onLoad({ filter: /.*/, namespace: 'check-worker' }, async () => {
      const made = await esbuild.build({ ...whole, entryPoints: ['frontend/check/worker.js'], format: 'iife' })
      return { contents: made.outputFiles[0].text, loader: 'text' }
    })
  },
}

const drawn = (html, icons) => html.replace(/\{\{icon ([\w-]+)\}\}/g, (_, name) => (
  '<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"'
  + ` stroke-linejoin="round" aria-hidden="true">${icons[name]}</svg>`))

const hashed = (text) => `'sha256-${crypto.createHash('sha256').update(text).digest('base64')}'`

// check/body.html for the site's page, check/offline.html for a computer without a server.
export async function checkPages(out, icons) {
  const body = drawn(fs.readFileSync('frontend/check/body.html', 'utf8'), icons)
  const made = await esbuild.build({
    ...whole, entryPoints: ['frontend/check/offline.js'], format: 'iife', outdir: 'unused', plugins: [checkWorker],
  })
  const text = (suffix) => made.outputFiles.find((file) => file.path.endsWith(suffix)).text
  const script = text('.js').replaceAll('</script', '<\\/script'), style = text('.css')
  const policy = `default-src 'none'; script-src ${hashed(script)}; style-src ${hashed(style)}; worker-src blob:; img-src data:; base-uri 'none'; form-action 'none'`
  const page = fs.readFileSync('frontend/check/offline.html', 'utf8')
    .replace('{{policy}}', () => policy).replace('{{style}}', () => style)
    .replace('{{body}}', () => body).replace('{{script}}', () => script)
  fs.mkdirSync(`${out}/check`, { recursive: true })
  fs.writeFileSync(`${out}/check/body.html`, body)
  fs.writeFileSync(`${out}/check/offline.html`, page)
  fs.writeFileSync(`${out}/check/policy.txt`, policy)
}
