// Bundles frontend/ into src/anlan/dist: hashed names, manifest.json, icons.json, .br and .gz; check/.
import * as esbuild from 'esbuild'
import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'
import { checkWorker, checkPages } from './frontend/check/build.mjs'
import { tablerPart } from './frontend/tabler_part.mjs'

const out = 'src/anlan/dist'
const entries = ['desk', 'phone', 'public', 'live', 'wall', 'check', 'exam_worker', 'kit', 'kit_worker', 'report_worker']

// Tabler as published is 635 kB of CSS; only the listed families are taken.
const tabler = {
  name: 'tabler-part',
  setup(build) {
    build.onResolve({ filter: /^tabler-part$/ }, (args) => ({ path: args.path, namespace: 'tabler' }))
    build.onLoad({ filter: /.*/, namespace: 'tabler' }, () => ({
      contents: tablerPart(fs.readFileSync('node_modules/@tabler/core/dist/css/tabler.min.css', 'utf8')),
      loader: 'css',
    }))
  },
}

const options = {
  entryPoints: Object.fromEntries(entries.map((name) => [name, `frontend/${name}.js`])),
  outdir: `${out}/assets`,
  entryNames: '[name]-[hash]',
  chunkNames: 'part-[hash]',
  assetNames: '[name]-[hash]',
  bundle: true,
  minify: true,
  splitting: true,
  metafile: true,
  format: 'esm',
  target: ['es2019', 'chrome80', 'safari13'], // WeChat's in-app browsers
  supported: { 'dynamic-import': true, destructuring: true },
  charset: 'utf8',
  legalComments: 'linked',
  logLevel: 'warning',
  plugins: [tabler, checkWorker],
}

function manifestOf(outputs) {
  const manifest = {}
  const relative = (file) => path.posix.relative(out, file)
  for (const [file, made] of Object.entries(outputs)) {
    if (!made.entryPoint || !file.endsWith('.js')) continue
    const name = path.basename(made.entryPoint, '.js')
    if (!entries.includes(name)) continue
    manifest[name] = {
      js: relative(file),
      css: made.cssBundle ? relative(made.cssBundle) : null,
      parts: made.imports.filter((i) => i.kind === 'import-statement').map((i) => relative(i.path)),
    }
  }
  return manifest
}

function iconsOf(names) {
  const icons = {}
  for (const name of names) {
    const svg = fs.readFileSync(`node_modules/@tabler/icons/icons/outline/${name}.svg`, 'utf8')
    icons[name] = [...svg.matchAll(/<path d="[^"]+"[^>]*>/g)].map((m) => m[0].replace(/\s*\/>$/, '/>')).join('')
  }
  return icons
}

function compress(folder, names) {
  for (const name of fs.readdirSync(folder)) {
    const file = path.join(folder, name)
    if (!names.test(name)) continue
    const body = fs.readFileSync(file)
    if (body.length < 400) continue
    fs.writeFileSync(`${file}.gz`, zlib.gzipSync(body, { level: 9 }))
    fs.writeFileSync(`${file}.br`, zlib.brotliCompressSync(body))
  }
}

async function once() {
  fs.rmSync(`${out}/assets`, { recursive: true, force: true })
  fs.mkdirSync(`${out}/assets`, { recursive: true })
  const result = await esbuild.build(options)
  fs.writeFileSync(`${out}/manifest.json`, JSON.stringify(manifestOf(result.metafile.outputs)))
  const names = JSON.parse(fs.readFileSync('frontend/icons.json', 'utf8'))
  const icons = iconsOf(names)
  fs.writeFileSync(`${out}/icons.json`, JSON.stringify(icons))
  await checkPages(out, icons)
  compress(`${out}/assets`, /\.(js|css|svg)$/)
  compress(out, /^jinan\.json$/)
}

await once()
if (process.argv.includes('--watch')) {
  fs.watch('frontend', { recursive: true }, () => once().catch((error) => console.error(error.message)))
}
