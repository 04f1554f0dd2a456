import type { Cause, Exception } from '@fluoroscope/model'
import { exceptionsOf, findExceptionOwner } from './find-exception.ts'
import type { TraceRow, TraceTree } from './trace-tree.ts'

type Props = {
  readonly tree: TraceTree
  readonly row: TraceRow
  readonly cause: Cause
  readonly onSelect: (key: string) => void
}

/** Why the row failed: its exceptions with their stacks, or the row that recorded them. */
export function Exceptions({ tree, row, cause, onSelect }: Props) {
  if (cause.kind === 'reference') {
    return <Reference tree={tree} id={cause.exceptionId} onSelect={onSelect} />
  }
  return (
    <ol class="exceptions">
      {exceptionsOf(row).map((exception, index) => (
        <li key={exception.id ?? index}>
          <OneException exception={exception} />
          {exception.cause !== undefined && (
            <p>
              Triggered by <Reference tree={tree} id={exception.cause} onSelect={onSelect} />
            </p>
          )}
        </li>
      ))}
      {cause.exceptions.length === 0 && <li class="dim">Failed without an exception recorded</li>}
      {cause.workingDirectory !== undefined && <li class="dim">in {cause.workingDirectory}</li>}
    </ol>
  )
}

function Reference({ tree, id, onSelect }: Pick<Props, 'tree' | 'onSelect'> & { id: string }) {
  const owner = findExceptionOwner(tree, id)
  if (owner === undefined) {
    return (
      <span>
        exception <code>{id}</code>, which is not in this trace
      </span>
    )
  }
  const first = exceptionsOf(owner).find((exception) => exception.id === id)
  return (
    <button type="button" class="button link" onClick={() => onSelect(owner.key)}>
      {first?.type ?? 'exception'} in {owner.entity.name}
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
