import type { Cause, Exception } from '@fluoroscope/model'
import type { RowDetails } from '../trace-rows/trace-session.ts'

type Props = {
  readonly details: RowDetails
  readonly cause: Cause
  readonly onRow: (row: number) => void
}

/** Why the row failed: its exceptions with their stacks, or the row that recorded them. */
export function Exceptions({ details, cause, onRow }: Props) {
  if (cause.kind === 'reference') {
    return <Reference details={details} id={cause.exceptionId} onRow={onRow} />
  }
  return (
    <ol class="exceptions">
      {cause.exceptions.map((exception, index) => (
        <li key={exception.id ?? index}>
          <OneException exception={exception} />
          {exception.cause !== undefined && (
            <p>
              Triggered by <Reference details={details} id={exception.cause} onRow={onRow} />
            </p>
          )}
        </li>
      ))}
      {cause.exceptions.length === 0 && <li class="dim">Failed without an exception recorded</li>}
      {cause.workingDirectory !== undefined && <li class="dim">in {cause.workingDirectory}</li>}
    </ol>
  )
}

function Reference({ details, id, onRow }: Pick<Props, 'details' | 'onRow'> & { id: string }) {
  const owner = details.owners.get(id)
  if (owner === undefined) {
    return (
      <span>
        exception <code>{id}</code>, which is not in this trace
      </span>
    )
  }
  return (
    <button type="button" class="button link" onClick={() => onRow(owner.row)}>
      {owner.type ?? 'exception'} in {owner.name}
    </button>
  )
}

function OneException({ exception }: { exception: Exception }) {
  const { stack, truncated, skipped } = exception
  return (
    <>
      <p class="exception-title">
        <strong>{exception.type ?? 'Exception'}</strong>
        {exception.remote === true && <span class="tag">reported by the callee</span>}
      </p>
      {exception.message !== undefined && <p class="exception-message">{exception.message}</p>}
      {stack.length > 0 && (
        <ol class="stack">
          {stack.map((frame, index) => (
            <li key={index}>
              <span class="frame-label">{frame.label ?? '(anonymous)'}</span>{' '}
              <span class="dim">
                {frame.path ?? ''}
                {frame.line === undefined ? '' : `:${frame.line}`}
              </span>
            </li>
          ))}
        </ol>
      )}
      {(truncated ?? 0) > 0 && <p class="dim">{truncated} stack frames left out by the sender</p>}
      {(skipped ?? 0) > 0 && <p class="dim">{skipped} exceptions left out by the sender</p>}
    </>
  )
}
