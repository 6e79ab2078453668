// What people type or hand over: keys, one a line, lines with # passed over; and seals.
const VKEY = /^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+$/

export const keyLines = (text) =>
  text.split(/\r\n|\n|\r/).filter((line) => line.trim() && !line.startsWith('#')).map((line) => line.trim())

// Is this text a file of keys? Every line that is no remark must look like one.
export function isVkeyText(text) {
  const lines = keyLines(text)
  return lines.length > 0 && lines.every((line) => VKEY.test(line))
}

export const sealLines = (text) => text.toLowerCase().split(/[\s,，]+/).filter(Boolean)
