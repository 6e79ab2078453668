// A photo, made small enough for a bad network, named by its hash.
import { sha256 } from './keys.js'

const LONGEST = 1600

export async function photoOf(file) {
  const picture = await createImageBitmap(file)
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(picture.width * scale))
  canvas.height = Math.max(1, Math.round(picture.height * scale))
  canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height)
  const blob = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.82))
  const data = await blob.arrayBuffer()
  return { sha256: await sha256(data), data }
}

// A file field with a preview; `chosen()` is the photo or null.
export function photoField(h, label) {
  let photo = null
  const preview = h('img', { className: 'kit-preview', alt: '', hidden: true })
  const input = h('input', { type: 'file', accept: 'image/*', capture: 'environment', className: 'visually-hidden' })
  const words = h('span', {}, label)
  input.onchange = async () => {
    if (!input.files.length) return
    words.textContent = '正在处理照片'
    try {
      photo = await photoOf(input.files[0])
      preview.src = URL.createObjectURL(new Blob([photo.data], { type: 'image/jpeg' }))
      preview.hidden = false
      words.textContent = '重拍'
    } catch { photo = null; words.textContent = '这张照片读不出来，请重拍' }
  }
  return { element: h('div', { className: 'kit-photo' }, preview, h('label', { className: 'btn' }, input, words)), chosen: () => photo }
}
