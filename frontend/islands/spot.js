// A form that says where the phone is when it can, and goes on when it can't: the photo counts.
import { where } from './place.js'

// Fills latitude, longitude and accuracy; leaves them empty where the phone says nothing.
export async function note(form, most = 6000) {
  try {
    const { latitude, longitude, accuracy } = await where(most)
    form.latitude.value = latitude
    form.longitude.value = longitude
    form.accuracy.value = Math.round(accuracy || 0)
  } catch { /* no place; the page says so */ }
}

export default function spot(form) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const button = form.querySelector('button')
    button.disabled = true
    await note(form)
    form.submit()
  })
}
