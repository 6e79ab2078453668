// The tablet's page: locked until the PIN opens a kit; then one screen at a time.
import { append } from './chain.js'
import { dayHour, look, wall } from './clock.js'
import { flash, h } from './el.js'
import { exam } from './exam.js'
import { home } from './home.js'
import { lock } from './lock.js'
import { openParcel } from './parcel.js'
import { practical } from './practical.js'
import { register } from './register.js'
import { records } from './records.js'
import { add, stateOf } from './state.js'
import { own, room, unsentCount } from './store.js'
import { keepSyncing, onSync } from './sync.js'

const SCREENS = { home, register, exam, practical, records }
const FULL = 0.85
const LITTLE = 60 * 1024 * 1024

export function start(root) {
  const app = { root, row: null, parcel: null, state: null, stopped: false, clockMoved: 0, waiting: 0, trouble: '', tight: '', fates: null }
  const syncSoon = keepSyncing({ records: root.dataset.sync, photos: root.dataset.photos })

  app.expired = () => !app.parcel || wall() > Date.parse(app.parcel.expires_at)
  app.mayWork = () => !app.expired() && !app.stopped
  app.nameOf = (ref) => (app.parcel.people.find((one) => one.ref === ref) || { name: '名单外的人' }).name

  // Nothing says 已存 before this has resolved.
  app.save = async (kind, options = {}) => {
    if (!app.mayWork()) { flash(app.stopped ? '这台平板已停用，不能再登记。' : '离线包已到期，不能再登记，只能同步。', 'stop'); return null }
    await watchClock()
    try {
      const said = await append(app.parcel.uid, kind, options)
      add(app.state, said)
      app.waiting += options.photo ? 2 : 1
      bar()
      syncSoon()
      return said
    } catch (failure) {
      flash(`没有存上（${failure.name}）。请检查平板存储空间，再试一次。`, 'stop')
      return null
    }
  }

  app.unlock = async (row, pin) => {
    const parcel = await openParcel(row, pin)
    Object.assign(app, { row, parcel, state: await stateOf(parcel), clockMoved: 0 })
    await checkRoom()
    if (app.mayWork()) await app.save('opened', { payload: { why: 'unlocked' } })
    app.go('home')
  }
  app.pinIs = (pin) => openParcel(app.row, pin).then(() => true, () => false)
  app.lock = () => { Object.assign(app, { row: null, parcel: null, state: null }); lock(app) }

  app.go = (name, ...what) => {
    app.screen = name
    const body = h('div', { className: `kit-screen kit-${name}` })
    const ribbon = app.parcel.synthetic ? h('p', { className: 'synthetic' }, '演示数据：人名、单位、事件均为虚构，仅供试用') : ''
    root.replaceChildren(ribbon, header(), h('div', { className: 'kit-notes', role: 'status' }), body)
    SCREENS[name](app, body, ...what)
    bar()
    scrollTo(0, 0)
    root.focus({ preventScroll: true })
  }

  function header() {
    const back = app.screen === 'home' ? null : h('button', { type: 'button', className: 'btn btn-quiet', textContent: '返回', onclick: () => app.go('home') })
    return h('header', { className: 'kit-top' }, back, h('h1', {}, app.parcel.class.title), h('div', { className: 'kit-state', data: { state: '' } }),
      h('button', { type: 'button', className: 'btn', textContent: '锁定', onclick: app.lock }))
  }

  function bar() {
    const place = root.querySelector('[data-state]')
    if (!place) return
    const net = navigator.onLine ? '已联网' : '未联网'
    const left = app.waiting ? `${app.waiting} 条待送` : '都已送达'
    place.replaceChildren(
      h('span', { className: navigator.onLine ? 'tone-ok' : 'tone-warn' }, net),
      h('button', { type: 'button', className: 'btn btn-sm', textContent: left, onclick: () => app.go('records') }),
    )
    const notes = []
    if (app.stopped) notes.push(['stop', '这台平板已停用。已记下的会送回，等班主任核对；不能再登记新的。'])
    else if (app.expired()) notes.push(['warn', `离线包已于 ${dayHour(Date.parse(app.parcel.expires_at))} 到期，不能再登记；已记下的仍会送回。`])
    if (Math.abs(app.clockMoved) > 60000) notes.push(['warn', `平板时钟刚才被改动了 ${Math.round(Math.abs(app.clockMoved) / 60000)} 分钟，已记下。请把时间调对；改动期间的记录会由班主任核对。`])
    if (app.tight && app.screen === 'home') notes.push(['warn', app.tight])
    if (app.trouble && app.waiting) notes.push(['info', app.trouble])
    const box = root.querySelector('.kit-notes')
    if (box) box.replaceChildren(...notes.map(([tone, words]) => h('p', { className: `notice notice-${tone}` }, words)))
  }
  app.bar = bar

  async function watchClock() {
    const seen = look()
    if (!seen || !app.parcel || !app.mayWork()) return
    const [kind, payload] = seen.moved ? ['clock', { shift_ms: seen.moved }] : ['opened', { why: 'resumed' }]
    if (seen.moved) app.clockMoved += seen.moved
    add(app.state, await append(app.parcel.uid, kind, { payload }))
    app.waiting += 1
    bar()
  }

  async function checkRoom() {
    const { kept, full, free } = await room()
    if (full > FULL || free < LITTLE) app.tight = '平板存储快满了。请尽快联网同步，并清理照片、视频等其他文件。'
    else app.tight = kept ? '' : '浏览器没有承诺长期保存。请把本页添加到主屏幕再用，并每天同步一次。'
  }

  async function count() {
    app.waiting = await unsentCount()
    bar()
  }

  onSync(({ fates, stopped, failed, done }) => {
    if (fates) app.fates = fates
    if (stopped !== undefined) app.stopped = stopped
    app.trouble = failed || (done ? '' : app.trouble)
    count()
    if (app.screen === 'records' && app.parcel) app.go('records')
    if (!app.parcel && app.onNews) app.onNews()
  })
  addEventListener('online', bar)
  addEventListener('offline', bar)
  setInterval(() => { watchClock().catch(() => {}) }, 1000)
  if ('serviceWorker' in navigator) navigator.serviceWorker.register(root.dataset.worker, { scope: new URL('./', new URL(root.dataset.worker, location.href)).pathname })

  own('answer').then((known) => {
    if (known) Object.assign(app, { stopped: known.stopped, fates: known.fates })
    return count()
  }).finally(() => lock(app))
}
