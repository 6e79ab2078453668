// Two clocks: the wall's, which anybody can set, and the steady one since this run of the page began.
// A page that was asleep begins a new run; a wall clock that moves under our eyes was set by somebody.
import { uuid } from './keys.js'

const TOLERANCE_MS = 2000

let boot = uuid(), zero = performance.now(), lastWall = Date.now(), lastSteady = performance.now(), hidden = false

addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden') hidden = true })

export function moment() {
  return { at: new Date(Date.now()).toISOString(), mono: Math.max(0, Math.round(performance.now() - zero)), boot }
}

export const wall = () => Date.now()

// What happened to the clocks since the last look: null, {slept: ms} or {moved: ms}.
export function look() {
  const nowWall = Date.now(), nowSteady = performance.now()
  const shift = Math.round(nowWall - lastWall - (nowSteady - lastSteady))
  const slept = hidden
  lastWall = nowWall
  lastSteady = nowSteady
  hidden = document.visibilityState === 'hidden'
  if (Math.abs(shift) < TOLERANCE_MS) return null
  if (slept && shift > 0) {
    boot = uuid()
    zero = nowSteady
    return { slept: shift }
  }
  return { moved: shift }
}

const part = new Intl.DateTimeFormat('zh-CN', { timeZone: 'Asia/Shanghai', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const day = new Intl.DateTimeFormat('zh-CN', { timeZone: 'Asia/Shanghai', month: 'long', day: 'numeric' })
export const hourMinute = (ms) => part.format(new Date(ms))
export const dayHour = (ms) => `${day.format(new Date(ms))} ${part.format(new Date(ms))}`
