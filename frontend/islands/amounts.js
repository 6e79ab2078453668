// Bytes, speeds and times in the words of a person who waits.
export function amount(bytes) {
  if (bytes < 1048576) return `${Math.ceil(bytes / 1024)} KB`
  if (bytes < 1073741824) return `${(bytes / 1048576).toFixed(bytes < 104857600 ? 1 : 0)} MB`
  return `${(bytes / 1073741824).toFixed(2)} GB`
}

export function remaining(seconds) {
  if (seconds < 60) return `约剩 ${Math.max(1, Math.round(seconds))} 秒`
  if (seconds < 3600) return `约剩 ${Math.round(seconds / 60)} 分钟`
  return `约剩 ${Math.floor(seconds / 3600)} 小时 ${Math.round((seconds % 3600) / 60)} 分钟`
}

// The speed over the last ten seconds: steady enough to read, quick enough to believe.
const WINDOW = 10000
const seen = new WeakMap()
export const pace = {
  begin(who) { seen.set(who, []) },
  of(who, sent) {
    const now = performance.now()
    const marks = seen.get(who).filter((mark) => now - mark.at < WINDOW)
    marks.push({ at: now, sent })
    seen.set(who, marks)
    const passed = (now - marks[0].at) / 1000
    return passed > 0.5 ? Math.max(0, (sent - marks[0].sent) / passed) : 0
  },
}
