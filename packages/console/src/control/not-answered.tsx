import type { ClientProblem } from '../client.ts'

type Props = {
  readonly problem: ClientProblem
  /** What the page shows once there is an answer: `The list of traces`. */
  readonly what: string
}

/** In the place of what a page would show while the server is away from the start; the banner says so. */
export function NotAnswered({ problem, what }: Props) {
  if (problem.kind !== 'away') return null
  return (
    <section class="notice">
      <h2>{what} shows as soon as the server answers</h2>
      <p>
        If it was stopped, start it again where it ran: what it had acknowledged is still there.
      </p>
    </section>
  )
}
