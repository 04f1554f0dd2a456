import {
  type EntityId,
  type Segment,
  type Subsegment,
  type TraceId,
  unixNanos,
} from '@fluoroscope/model'
import { arrangeRows } from './arrange-rows.ts'
import { RowStore } from './row-store.ts'
import type { TraceRows } from './trace-rows.ts'

/** Segments for tests: small to write, complete in type. */
const MS = 1_000_000n

/** A segment named `name`, its id made of its name, from `start` to `end` in milliseconds. */
export function segment(
  name: string,
  start: number,
  end: number | undefined,
  more: { parentId?: string; inferred?: boolean; subsegments?: Subsegment[] } = {},
): Segment {
  return {
    ...entity(name, start, end),
    kind: 'segment',
    traceId: '1-58406520-a006649127e371903a2de979' as TraceId,
    parentId: more.parentId === undefined ? undefined : id(more.parentId),
    user: undefined,
    origin: undefined,
    resourceArn: undefined,
    service: undefined,
    account: undefined,
    inferred: more.inferred ?? false,
    subsegments: more.subsegments ?? [],
  }
}

/** A call to another service, as a subsegment whose id is made of `name`; `more.name` is its name. */
export function call(
  name: string,
  start: number,
  end: number,
  more: { name?: string; fault?: boolean; subsegments?: Subsegment[] } = {},
): Subsegment {
  return {
    ...entity(name, start, end),
    name: more.name ?? name,
    fault: more.fault ?? false,
    kind: 'subsegment',
    namespace: 'remote',
    sql: undefined,
    traced: false,
    precursorIds: [],
    subsegments: more.subsegments ?? [],
  }
}

function entity(name: string, start: number, end: number | undefined) {
  const at = (ms: number) => unixNanos(1_790_000_000_000_000_000n + BigInt(ms) * MS)
  return {
    id: id(name),
    name,
    start: at(start),
    progress:
      end === undefined
        ? ({ state: 'in-progress' } as const)
        : ({ state: 'complete', end: at(end) } as const),
    fault: false,
    error: false,
    throttle: false,
    http: undefined,
    aws: undefined,
    cause: undefined,
    annotations: new Map(),
    metadata: undefined,
    links: [],
  }
}

/** The id that {@link segment} and {@link call} give to `name`, which is hexadecimal. */
export function id(name: string) {
  return name.padStart(16, '0') as EntityId
}

/** The rows of a trace of these segments. */
export function rowsOf(segments: readonly Segment[], asOfMicros?: number): TraceRows {
  const store = new RowStore()
  for (const [document, each] of segments.entries()) store.add(each, document)
  return arrangeRows(store, asOfMicros).rows
}
