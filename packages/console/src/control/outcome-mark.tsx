import type { Outcome } from '@fluoroscope/model'

const WORDS: Readonly<Record<Outcome, string>> = {
  ok: 'OK',
  error: 'Error',
  throttle: 'Throttled',
  fault: 'Fault',
}

const SIGNS: Readonly<Record<Outcome, string>> = { ok: '✓', error: 'E', throttle: 'T', fault: 'F' }

/** An outcome by colour, sign and word, with the HTTP status where there is one. */
export function OutcomeMark({
  outcome,
  status,
}: {
  outcome: Outcome
  status?: number | undefined
}) {
  return (
    <span class={`outcome ${outcome}`}>
      <span class="outcome-sign" aria-hidden="true">
        {SIGNS[outcome]}
      </span>
      {WORDS[outcome]}
      {status !== undefined && <span class="outcome-status"> {status}</span>}
    </span>
  )
}

/** The sign alone, for dense rows; says the word to those who hear the page. Nothing for `ok`. */
export function OutcomeSign({ outcome }: { outcome: Outcome }) {
  if (outcome === 'ok') return null
  return (
    <span class={`outcome ${outcome}`} title={WORDS[outcome]}>
      <span class="outcome-sign" aria-hidden="true">
        {SIGNS[outcome]}
      </span>
      <span class="visually-hidden">{WORDS[outcome]}</span>
    </span>
  )
}
