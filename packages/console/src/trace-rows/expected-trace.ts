import { parseTraceId, type TraceId } from '@fluoroscope/model'
import { TraceClient } from './trace-client.ts'

const TRACE_PATH = /^\/traces\/([^/]+)\/?$/

let expected: { readonly id: TraceId; readonly client: TraceClient } | undefined

/** Loads the trace that `path` names before there is a page to show it; whether it names one. */
export function expectTrace(path: string): boolean {
  const id = parseTraceId(TRACE_PATH.exec(path)?.[1] ?? '')
  if (id === undefined) return false
  const client = new TraceClient()
  client.load(id)
  expected = { id, client }
  return true
}

/** A client that loads the trace: the one that was expected, once, else a new one. */
export function loadTrace(id: TraceId): TraceClient {
  const before = expected
  expected = undefined
  if (before?.id === id) return before.client
  before?.client.stop()
  const client = new TraceClient()
  client.load(id)
  return client
}
