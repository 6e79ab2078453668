// Files out of a drop or a file field, each with the path inside the folder that it came in.

// Whatever was dropped, folders walked through. Must be called while the event is being handled.
export function droppedFiles(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry())
  if (entries.some(Boolean)) return Promise.all(entries.filter(Boolean).map(walk)).then((lists) => lists.flat())
  return Promise.resolve(fieldFiles(transfer.files))
}

export const fieldFiles = (files) => [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file }))

async function walk(entry) {
  const path = entry.fullPath.replace(/^\//, '')
  if (entry.isFile) return [{ path, file: await new Promise((done, fail) => entry.file(done, fail)) }]
  const inside = await children(entry.createReader())
  return (await Promise.all(inside.map(walk))).flat()
}

// A reader hands out a hundred entries at a time.
async function children(reader) {
  const all = []
  for (;;) {
    const some = await new Promise((done, fail) => reader.readEntries(done, fail))
    if (!some.length) return all
    all.push(...some)
  }
}
