import type { OperationError } from './show/operation-error.ts'
import { StoreError } from './store/database.ts'

/** Errors of the store that a client can do something about. */
export function explainStoreError(error: unknown): OperationError | undefined {
  if (!(error instanceof StoreError)) return undefined
  switch (error.reason) {
    case 'unavailable':
      return { kind: 'unavailable', message: 'The store does not answer now; try again' }
    case 'disk-full':
      return { kind: 'unavailable', message: 'The disk is full' }
    case 'query-limit':
      return {
        kind: 'invalid-request',
        message: 'The request reads too much; choose a shorter time range',
      }
    case 'failed':
      return undefined
  }
}
