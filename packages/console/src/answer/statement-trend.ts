import type { JsonValue } from '@fluoroscope/model'
import { AnswerError, readList, readObject, readOptionalNumber } from './json-reader.ts'

/** How some calls did; times in seconds. */
type CallNumbers = {
  readonly calls: number
  readonly faults: number
  readonly errors: number
  readonly median: number
  readonly p95: number
}

/** How a statement did over time; instants in epoch seconds. */
export type StatementTrend = {
  readonly from: number
  readonly to: number
  /** Length of a part. */
  readonly partSeconds: number
  /** Undefined for no calls. */
  readonly total: CallNumbers | undefined
  readonly parts: readonly (CallNumbers & { readonly index: number })[]
  /** Later than `from` where there are too many calls to read; `unread` lie before it. */
  readonly readFrom: number
  readonly unread: number
  /** Calls to the same whose statement is not known. */
  readonly untold: number
}

/** Reads the answer of `GET /api/statements/{fingerprint}/trend`; throws {@link AnswerError}. */
export function readStatementTrend(answer: JsonValue): StatementTrend {
  const body = readObject(answer, 'the answer')
  const number = (member: string) => readNumber(body[member], member)
  const total = body['Total'] ?? null
  return {
    from: number('StartTime'),
    to: number('EndTime'),
    partSeconds: number('PartSeconds'),
    total: total === null ? undefined : readNumbers(total, 'Total'),
    parts: readList(body['Parts'], 'Parts').map((value, index) => {
      const where = `Parts[${index}]`
      const part = readObject(value, where)
      return {
        index: readNumber(part['Index'], `${where}.Index`),
        ...readNumbers(value, where),
      }
    }),
    readFrom: number('ReadFrom'),
    unread: number('UnreadCalls'),
    untold: number('UntoldCalls'),
  }
}

function readNumbers(value: JsonValue, where: string): CallNumbers {
  const numbers = readObject(value, where)
  const number = (member: string) => readNumber(numbers[member], `${where}.${member}`)
  return {
    calls: number('Calls'),
    faults: number('Faults'),
    errors: number('Errors'),
    median: number('Median'),
    p95: number('P95'),
  }
}

function readNumber(value: JsonValue | undefined, where: string): number {
  const number = readOptionalNumber(value, where)
  if (number === undefined) throw new AnswerError(`${where} is missing`)
  return number
}
