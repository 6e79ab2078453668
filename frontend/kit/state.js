// What the records of a kit come to: who is in and out, which papers are begun or handed in.
import { read } from './store.js'

export async function stateOf(parcel) {
  const all = await read('records', (s) => s.getAll())
  const state = { signed: {}, papers: {}, marked: {}, records: [] }
  for (const one of parcel.registers) state.signed[one.uid] = { in: { ...one.in }, out: { ...one.out } }
  for (const row of all) if (row.kit === parcel.uid) add(state, JSON.parse(row.text), row)
  return state
}

export function add(state, said, row = { sent: 0 }) {
  const { kind, person, payload, at } = said
  state.records.push({ ...said, row })
  if (kind === 'in' || kind === 'out') {
    const signed = (state.signed[payload.register] = state.signed[payload.register] || { in: {}, out: {} })
    signed[kind][person] = signed[kind][person] || at
  }
  if (kind === 'begun') state.papers[payload.sitting] = state.papers[payload.sitting] || { begun: said, answers: {}, handedIn: null }
  const paper = state.papers[payload.sitting]
  if (kind === 'answer' && paper && !paper.handedIn) paper.answers[payload.question] = payload.chosen
  if (kind === 'handed_in' && paper) paper.handedIn = said
  if (kind === 'practical') state.marked[payload.practical] = said
}
