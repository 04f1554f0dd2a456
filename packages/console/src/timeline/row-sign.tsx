import type { RowKind } from '../trace-rows/trace-rows.ts'

const WORDS: Readonly<Record<RowKind, string>> = {
  service: 'Segment of a service',
  local: 'Work of the program itself',
  remote: 'Call to another service',
  aws: 'Call to AWS',
  database: 'Database',
  queue: 'Queue or topic',
}

/** In a square of 12. */
const PATHS: Readonly<Record<RowKind, string>> = {
  service: 'M2 3.5h8M2 8.5h8M2 3.5v5M10 3.5v5M4 6h.01',
  local: 'M6 5.5v1',
  remote: 'M3 9l6-6M4.5 3H9v4.5',
  aws: 'M6 1.5l4 2.25v4.5L6 10.5 2 8.25v-4.5z',
  database: 'M2.5 3c0-2 7-2 7 0v6c0 2-7 2-7 0zM2.5 3c0 2 7 2 7 0M2.5 6c0 2 7 2 7 0',
  queue: 'M1.5 3.5h9v5h-9zM1.5 3.5L6 6.5l4.5-3',
}

/** What kind of work a row is, as a small drawing with a word. */
export function RowSign({ kind }: { kind: RowKind }) {
  return (
    <svg class="row-sign" viewBox="0 0 12 12" role="img">
      <title>{WORDS[kind]}</title>
      <path d={PATHS[kind]} />
    </svg>
  )
}
