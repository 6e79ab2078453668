// Somewhere inside a lesson the page asks who learns: not before, and never in the way of the lesson.
export default function moment(form) {
  form.hidden = true
  const lasts = Number(form.dataset.moment) * 1000
  setTimeout(() => { form.hidden = false }, Math.min(lasts, 2 ** 31 - 1))
}
