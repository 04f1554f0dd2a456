import { type JsonObject, statementFingerprint } from '@fluoroscope/model'

/** The `statement` of rows that were written before they told it. */
export const UNTOLD_STATEMENT = 0n

const NONE = 1n
/** Programs send the same few texts again and again; texts that are longer are not kept. */
const MAX_KEPT = 2000
const MAX_KEPT_CHARACTERS = 4096

const kept = new Map<string, bigint>()

/** The `statement` of a row with this `sql` block: the fingerprint of its `sanitized_query`. */
export function statementColumn(sql: JsonObject | undefined): bigint {
  const statement = sql?.['sanitized_query']
  if (typeof statement !== 'string' || statement === '') return NONE
  const known = kept.get(statement)
  if (known !== undefined) return known
  const fingerprint = statementFingerprint(statement)
  if (statement.length > MAX_KEPT_CHARACTERS) return fingerprint
  if (kept.size >= MAX_KEPT) kept.clear()
  kept.set(statement, fingerprint)
  return fingerprint
}
