// Where this device is: asked of the browser only after a tap, sent with the form.
export const where = (most = 8000) => new Promise((done, fail) => {
  if (!window.isSecureContext || !navigator.geolocation) { fail(new Error('浏览器只在 HTTPS 地址下提供位置。')); return }
  navigator.geolocation.getCurrentPosition(({ coords }) => done(coords), (error) => {
    fail(new Error(error.code === 1 ? '没有得到使用位置的许可，可在浏览器设置里允许。' : '暂时定不了位，请稍后再试。'))
  }, { enableHighAccuracy: true, timeout: most, maximumAge: 60000 })
})

export default function place(form) {
  form.addEventListener('submit', async (event) => {
    if (form.latitude.value) return
    event.preventDefault()
    const button = form.querySelector('button')
    button.disabled = true
    try {
      const { latitude, longitude } = await where()
      form.latitude.value = latitude
      form.longitude.value = longitude
      form.submit()
    } catch (error) {
      let line = form.querySelector('[role=alert]')
      if (!line) { line = document.createElement('p'); line.setAttribute('role', 'alert'); line.className = 'tone-warn small'; form.append(line) }
      line.textContent = error.message
    }
    button.disabled = false
  })
}
