import {
  type JsonObject,
  parseSegmentDocument,
  type ReceivedDocument,
  type Trace,
  type TraceId,
  unixNanos,
} from '@fluoroscope/model'
import fc from 'fast-check'
import { createLog } from '../lib/log.ts'
import { assembleTrace } from '../query/assemble-trace.ts'
import type { Database } from '../store/database.ts'
import {
  INSERT_DOCUMENTS,
  INSERT_SPANS,
  INSERT_TRACE_MINUTES,
  RowEncoder,
} from '../store/segment-row.ts'
import {
  type ServiceGraphSettings,
  ServiceGraphs,
  type ServiceGraphsOptions,
} from './service-graphs.ts'

/** Everything at once: minutes are computed as soon as a pass sees them. */
export const EAGER: Partial<ServiceGraphSettings> = {
  quietMs: 0,
  overlapMs: 1,
  saveMs: 0,
}

export function eagerGraphs(
  database: Database,
  settings: Partial<ServiceGraphSettings> = {},
  lease?: ServiceGraphsOptions['lease'],
): ServiceGraphs {
  return new ServiceGraphs({
    database,
    log: createLog({ level: 'silent' }),
    monotonicMs: () => performance.now(),
    random: Math.random,
    settings: { ...EAGER, ...settings },
    lease,
  })
}

let runs = 0

/** Every run has a time and traces of its own, so that one engine serves all. */
export function newTime(): number {
  runs += 1
  return 1_790_000_040 + runs * 3600
}

export type Sent = { readonly received: ReceivedDocument; readonly text: string }

let tokens = 0

export async function insertSent(database: Database, sent: readonly Sent[]): Promise<void> {
  const encoder = new RowEncoder()
  for (const { received, text } of sent) encoder.add(received, text)
  const rows = encoder.take()
  tokens += 1
  const parts = [
    [INSERT_TRACE_MINUTES, rows.minutes],
    [INSERT_SPANS, rows.spans],
    [INSERT_DOCUMENTS, rows.documents],
  ] as const
  for (const [statement, bytes] of parts) {
    await database.insert(statement, once(bytes), `${statement.slice(0, 30)}-${tokens}`)
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

export function sentOf(document: JsonObject, receivedNanos: bigint): Sent {
  const text = JSON.stringify(document)
  const parsed = parseSegmentDocument(text)
  if (!parsed.ok) throw new Error(parsed.problem.message)
  const context = { account: '000000000000', region: 'us-east-1' }
  const received = unixNanos(receivedNanos)
  return { text, received: { document: parsed.value.document, received, ...context } }
}

/** The traces of the documents, in the order of their first ones. */
export function tracesFrom(sent: readonly Sent[]): readonly Trace[] {
  const byTrace = new Map<TraceId, ReceivedDocument[]>()
  for (const { received } of sent) {
    const { document } = received
    const id = document.kind === 'segment' ? document.segment.traceId : document.traceId
    byTrace.set(id, [...(byTrace.get(id) ?? []), received])
  }
  return [...byTrace].map(([id, documents]) => assembleTrace(id, documents))
}

/** A few ids, so that documents meet: versions, parents that come late or never, circles. */
const ids = fc.integer({ min: 1, max: 6 }).map((id) => `${id}`.padStart(16, 'a'))

const entity = fc.record({
  name: fc.constantFrom('front', 'back', 'DynamoDB', 'pay.example'),
  inProgress: fc.boolean(),
  /** In steps of 7.5 s, so that many lie on the bounds of minutes. */
  step: fc.nat(40),
  milliseconds: fc.integer({ min: -50, max: 90_000 }),
  flags: fc.constantFrom({}, {}, { fault: true }, { error: true }, { throttle: true }),
  status: fc.constantFrom(undefined, 200, 404, 429, 503),
  namespace: fc.constantFrom(undefined, 'aws', 'remote', 'remote'),
  aws: fc.constantFrom(
    undefined,
    { operation: 'GetItem', table_name: 't1' },
    { operation: 'GetItem', table_name: 't1', account_id: '222222222222' },
    { account_id: '000000000000' },
  ),
  sql: fc.constantFrom(undefined, undefined, { url: 'db' }),
  origin: fc.constantFrom(undefined, 'AWS::ECS::Container'),
})

export const plannedDocument = fc.record({
  trace: fc.nat(3),
  ids: fc.uniqueArray(ids, { minLength: 1, maxLength: 4 }),
  parent: fc.option(ids, { nil: undefined }),
  independent: fc.boolean(),
  /** Whether each embedded one hangs below the one before, or below the top. */
  nested: fc.boolean(),
  entities: fc.tuple(entity, entity, entity, entity),
  /** What sent messages: an id of one of the traces, itself not excluded. */
  links: fc.array(
    fc.record({ trace: fc.nat(3), id: ids, isParent: fc.constantFrom(true, true, false) }),
    {
      maxLength: 2,
    },
  ),
})

type PlannedDocument = typeof plannedDocument extends fc.Arbitrary<infer Planned> ? Planned : never
type PlannedEntity = PlannedDocument['entities'][number]

function membersOf(planned: PlannedEntity, id: string, base: number, subsegments: JsonObject[]) {
  const start = base + planned.step * 7.5
  const http =
    planned.status === undefined ? {} : { http: { response: { status: planned.status } } }
  const end = planned.inProgress
    ? { in_progress: true }
    : { end_time: start + planned.milliseconds / 1000 }
  const { name, flags, aws } = planned
  const block = aws === undefined ? {} : { aws }
  return { id, name, start_time: start, ...end, ...flags, ...http, ...block, subsegments }
}

function subsegmentOf(planned: PlannedEntity, id: string, base: number, below: JsonObject[]) {
  const { namespace, sql } = planned
  return {
    ...membersOf(planned, id, base, below),
    ...(namespace === undefined ? {} : { namespace }),
    ...(sql === undefined ? {} : { sql }),
  }
}

export function documentOf(
  planned: PlannedDocument,
  traces: readonly string[],
  base: number,
): JsonObject {
  const [top = '', ...rest] = planned.ids
  let below: JsonObject[] = []
  for (const [index, id] of rest.entries()) {
    const own = planned.entities[index + 1] ?? planned.entities[0]
    const made = subsegmentOf(own, id, base, planned.nested ? below : [])
    below = planned.nested ? [made] : [...below, made]
  }
  const shared = { trace_id: traces[planned.trace] ?? '' }
  const parent = planned.parent
  const [first] = planned.entities
  if (planned.independent && parent !== undefined) {
    const members = subsegmentOf(first, top, base, below)
    return { ...shared, ...members, type: 'subsegment', parent_id: parent }
  }
  return {
    ...shared,
    ...membersOf(first, top, base, below),
    ...(parent === undefined ? {} : { parent_id: parent }),
    ...(first.origin === undefined ? {} : { origin: first.origin }),
    links: planned.links.map(({ trace, id, isParent }) => ({
      trace_id: traces[trace] ?? '',
      id,
      attributes: { 'aws.xray.reserved.reference_type': isParent ? 'parent' : 'child' },
    })),
  }
}

export function newTraceIds(): readonly string[] {
  const random = () =>
    Math.floor(Math.random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0')
  return Array.from({ length: 4 }, () => `1-${random()}-${random()}${random()}${random()}`)
}

/** Lets the engine's clock move on from the stamps of what was inserted. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 5))
}
