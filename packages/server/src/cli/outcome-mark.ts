import type { Outcome } from '@fluoroscope/model'
import type { Ink } from './paint.ts'

/** How an outcome shows: a letter for every eye, an ink for those who see it. */
export type OutcomeMark = { readonly letter: string; readonly word: string; readonly ink: Ink }

export const OUTCOME_MARKS: Readonly<Record<Outcome, OutcomeMark>> = {
  ok: { letter: ' ', word: 'ok', ink: 'plain' },
  fault: { letter: 'F', word: 'fault', ink: 'red' },
  error: { letter: 'E', word: 'error', ink: 'yellow' },
  throttle: { letter: 'T', word: 'throttle', ink: 'magenta' },
}
