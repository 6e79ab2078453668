// Text as Python sees it, so that both verifiers call the same names equal and the same lines bad.

// What str.isspace and \s take for white space; for use inside a character class.
export const SPACES = '\\t-\\r\\u001c-\\u0020\\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'

const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u
const FORBIDDEN = /[\\:*?"<>|%]/

// Does a text hold characters that nobody sees?
export const hidden = (text) => HIDDEN.test(text)

// The form in which two names are compared: Windows and macOS cannot keep them apart.
export const sameName = (path) => Array.from(path.normalize('NFC'), fold).join('')

// Near enough to str.casefold: ß and SS, ſ and s are one; the dotless ı stands alone.
function fold(character) {
  if (character === 'ı') return character
  return Array.from(character.toLowerCase().toUpperCase(), (upper) => upper.toLowerCase()).join('')
}

// Why a path must not stand in an archive; empty if it may.
export function whyUnsafe(path) {
  if (!path || path.startsWith('/')) return '路径为空或为绝对路径'
  if (path.split('/').some((part) => part === '' || part === '.' || part === '..')) {
    return '路径中有空段、“.”或“..”，可能写到档案之外'
  }
  if (FORBIDDEN.test(path) || hidden(path)) return '文件名含控制字符或系统不允许的字符'
  return ''
}

// Strict UTF-8, a byte order mark kept; null if it is none.
export function decoded(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

export const thousands = (n) => String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ',')
