import type { Exception } from '@fluoroscope/model'
import type { TraceRow, TraceTree } from './trace-tree.ts'

/** The row that recorded the exception `id`; undefined where none of the trace did. */
export function findExceptionOwner(tree: TraceTree, id: string): TraceRow | undefined {
  return tree.rows.find((row) => exceptionsOf(row).some((exception) => exception.id === id))
}

/** The exceptions a row recorded itself. */
export function exceptionsOf({ entity }: TraceRow): readonly Exception[] {
  return entity.cause?.kind === 'exceptions' ? entity.cause.exceptions : []
}
