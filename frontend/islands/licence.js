// A licence's photograph is made smaller before it goes up; what this browser can't open goes as it is and is answered in words.
const SIDE = 2400
const LIGHT = 1_200_000 // bytes that go up as they are
const MOST = 15 * 2 ** 20

async function smaller(file) {
  if (file.size <= LIGHT || !/^image\/(jpeg|png|webp)$/.test(file.type)) return file
  try {
    const image = await createImageBitmap(file)
    const scale = Math.min(1, SIDE / Math.max(image.width, image.height))
    const canvas = document.createElement('canvas')
    canvas.width = Math.round(image.width * scale)
    canvas.height = Math.round(image.height * scale)
    canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height)
    const jpeg = await new Promise((done) => { canvas.toBlob(done, 'image/jpeg', 0.88) })
    return jpeg && jpeg.size < file.size ? new File([jpeg], 'licence.jpg', { type: 'image/jpeg' }) : file
  } catch { return file }
}

export default function licence(input) {
  const part = input.closest('[data-licence-part]')
  const line = part && part.querySelector('[data-line]')
  const say = (words) => { if (line) line.textContent = words }
  const button = part && part.querySelector('[data-licence-send]')
  if (button) button.hidden = true // choosing is enough
  input.addEventListener('change', async () => {
    if (!input.files.length) return
    say('正在上传照片')
    const file = await smaller(input.files[0])
    if (file.size > MOST) {
      input.value = ''
      say('图片文件太大。请用普通清晰度重拍，或压缩到 15 MB 以内。')
      return
    }
    if (file !== input.files[0]) {
      const held = new DataTransfer()
      held.items.add(file)
      input.files = held.files
    }
    input.dispatchEvent(new CustomEvent('small'))
  })
  input.addEventListener('htmx:error', () => say('照片没有传上去，请检查网络后再选一次。'))
  input.addEventListener('htmx:finally:request', () => say(''))
}
