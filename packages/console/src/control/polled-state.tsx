import { problemText } from '../client.ts'
import { nowSeconds } from '../clock.ts'
import { ageText } from '../number-text.ts'
import type { Polled } from '../polled.ts'
import { NotAnswered } from './not-answered.tsx'

/** Says that nothing is there yet, or that what is shown is not fresh; nothing while all is well. */
export function PolledState({ polled, what }: { polled: Polled<unknown>; what: string }) {
  const { problem, updated } = polled
  if (problem !== undefined) {
    return (
      <>
        <div class="banner problem" role="alert">
          <span>
            <strong>{problemText(problem)}</strong>{' '}
            {updated !== undefined && `What you see is of ${ageText(nowSeconds() - updated)}. `}
            Trying again by itself.
          </span>
        </div>
        {updated === undefined && <NotAnswered problem={problem} what={what} />}
      </>
    )
  }
  if (updated !== undefined) return null
  return (
    <p class="notice" role="status">
      Loading…
    </p>
  )
}
