// What there is to do, each with how far it has come.
import { dayHour, hourMinute } from './clock.js'
import { h } from './el.js'

export function home(app, body) {
  const { parcel, state } = app
  const sections = []
  if (parcel.registers.length) sections.push(section('签到', parcel.registers.map((one) => {
    const signed = state.signed[one.uid]
    const here = Object.keys(signed.in).length, gone = Object.keys(signed.out).length
    return tile(one.title, `${dayHour(Date.parse(one.starts_at))}–${hourMinute(Date.parse(one.ends_at))}`, `到 ${here} / ${parcel.people.length}${gone ? `，签退 ${gone}` : ''}`, () => app.go('register', one))
  })))
  const titles = [...new Set(parcel.sittings.map((one) => one.title))]
  if (titles.length) sections.push(section('考试', titles.map((title) => {
    const all = parcel.sittings.filter((one) => one.title === title)
    const done = all.filter((one) => (state.papers[one.uid] || {}).handedIn).length
    return tile(title, `${all[0].minutes} 分钟，${all[0].total} 题`, `已交 ${done} / ${all.length}`, () => app.go('exam', all))
  })))
  const checks = [...new Set(parcel.practicals.map((one) => one.title))]
  if (checks.length) sections.push(section('实操评分', checks.map((title) => {
    const all = parcel.practicals.filter((one) => one.title === title)
    const done = all.filter((one) => state.marked[one.uid]).length
    return tile(title, `${all[0].items.length} 项`, `已评 ${done} / ${all.length}`, () => app.go('practical', all))
  })))
  body.append(...sections, h('p', { className: 'muted small' }, `${parcel.by} 取包，有效至 ${dayHour(Date.parse(parcel.expires_at))}。记录先存进这台平板，联网后自动送回。`))
}

const section = (title, tiles) => h('section', {}, h('h2', {}, title), h('div', { className: 'kit-tiles' }, ...tiles))
const tile = (title, when, how, onclick) => h('button', { type: 'button', className: 'kit-tile', onclick },
  h('strong', {}, title), h('span', { className: 'muted' }, when), h('b', {}, how))
