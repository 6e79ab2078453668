// What a check has to say; the words of anlan.proofs.findings and anlan.proofs.cli.
export const SIGNS = {
  changed: '改动', removed: '缺失', added: '多出', malformed: '无效', unchecked: '未核', withheld: '未开', ok: '相符',
}

export const finding = (kind, path, text) => ({ kind, path, text })

// The bytes cannot be read at all; the message is for people.
export class Unreadable extends Error {}

// A record, a note or a key does not hold; `kind` is that of the finding.
export class Bad extends Error {
  constructor(text, kind = 'malformed') { super(text); this.kind = kind }
}

// What spoils a verdict; the rest holds, could not be judged, or is kept back.
const WRONG = new Set(['changed', 'removed', 'added', 'malformed'])
export const isWrong = ({ kind }) => WRONG.has(kind)
