// Reads and reckons beside the page, so that the page stays quick while a gigabyte goes through.
import { verifyAll } from './verify.js'

const EVERY_MS = 100

self.onmessage = async ({ data }) => {
  const total = data.files.reduce((sum, { file }) => sum + file.size, 0)
  let done = 0, told = 0
  const progress = (bytes, name) => {
    done += bytes
    const now = Date.now()
    if (now - told < EVERY_MS) return
    told = now
    self.postMessage({ progress: { done, total, name } })
  }
  try {
    self.postMessage({ result: await verifyAll(data, progress) })
  } catch (wrong) {
    self.postMessage({ failed: { name: wrong.name, message: String(wrong.message) } })
  }
}
