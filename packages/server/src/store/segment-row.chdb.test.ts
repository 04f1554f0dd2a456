import {
  type Annotations,
  calledServiceOf,
  type EntityId,
  type Http,
  isFromParent,
  type JsonObject,
  type Progress,
  parseEntityId,
  parseTraceId,
  type ReceivedDocument,
  type Segment,
  type Subsegment,
  statementFingerprint,
  type TraceId,
  type UnixNanos,
  unixNanos,
} from '@fluoroscope/model'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ColumnList, Row } from './column.ts'
import type { Database } from './database.ts'
import {
  DOCUMENT_COLUMNS,
  INSERT_DOCUMENTS,
  INSERT_SPANS,
  INSERT_TRACE_MINUTES,
  RowEncoder,
  TRACE_MINUTE_COLUMNS,
} from './segment-row.ts'
import { SPAN_COLUMNS, spanRowOf } from './span-row.ts'
import { identifier, joinSql, sql } from './sql.ts'
import { startTestDatabase, type TestDatabase } from './test-database.ts'

type SpanRow = Row<typeof SPAN_COLUMNS>

let fixture: TestDatabase
let database: Database
let token = 0

beforeAll(async () => {
  fixture = await startTestDatabase()
  database = fixture.database
})

afterAll(() => fixture.stop())

const NOW = unixNanos(1_795_388_400_123_456_789n)

test('each field of a document stands in its column', async () => {
  const top: Segment = {
    ...segment('10aa20bb30cc40dd', 'orders'),
    start: unixNanos(1_760_559_104_120_000_000n),
    progress: { state: 'complete', end: unixNanos(1_760_559_104_310_000_000n) },
    parentId: id('00000000000000ff'),
    user: 'u-81',
    origin: 'AWS::EC2::Instance',
    resourceArn: 'arn:aws:ecs:x',
    aws: {
      account_id: '42',
      ec2: { instance_id: 'i-1', availability_zone: 'eu-1a' },
      ecs: { availability_zone: 'no' },
    },
    http: http({
      method: 'POST',
      url: 'https://shop.test/orders',
      status: 404,
      userAgent: 'demo/1',
      clientIp: '203.0.113.9',
    }),
    error: true,
    annotations: new Map<string, string | number | boolean>([
      ['tier', 'gold'],
      ['items', 3],
      ['vip', true],
    ]),
    links: [
      {
        traceId: TRACE,
        id: id('ff00000000000001'),
        attributes: { 'aws.xray.reserved.reference_type': 'parent' },
      },
      {
        traceId: TRACE,
        id: id('ff00000000000002'),
        attributes: { 'aws.xray.reserved.reference_type': 'child' },
      },
    ],
    subsegments: [
      {
        ...subsegment('51aa62bb73cc84dd', 'DynamoDB'),
        namespace: 'aws',
        aws: { operation: 'PutItem', table_name: 'orders' },
        fault: true,
        progress: { state: 'in-progress' },
        subsegments: [
          {
            ...subsegment('0000000000000001', 'inner'),
            throttle: true,
            sql: { sanitized_query: 'SELECT a FROM t WHERE b = 7' },
            aws: { ecs: { availability_zone: 'eu-1b' } },
          },
        ],
      },
    ],
  }
  const [spans, documents, minutes] = await roundTrip([
    [received({ kind: 'segment', segment: top }), '{"a": "ü\\n"}  '],
  ])
  expect(spans).toMatchObject([
    {
      received: NOW,
      minute: 1_760_559_060,
      trace_id: TRACE,
      id: '10aa20bb30cc40dd',
      parent_id: '00000000000000ff',
      document_id: '10aa20bb30cc40dd',
      kind: 'segment',
      in_progress: false,
      start: 1_760_559_104_120_000_000n,
      duration: 190_000_000n,
      account: '123456789012',
      region: 'eu-west-1',
      name: 'orders',
      origin: 'AWS::EC2::Instance',
      namespace: '',
      fault: false,
      error: true,
      throttle: false,
      http_method: 'POST',
      http_url: 'https://shop.test/orders',
      http_status: 404,
      http_user_agent: 'demo/1',
      http_client_ip: '203.0.113.9',
      user: 'u-81',
      resource_arn: 'arn:aws:ecs:x',
      instance_id: 'i-1',
      availability_zone: 'eu-1a',
      operation: '',
      callee_name: '',
      callee_type: '',
      aws_account: '42',
      annotation_strings: new Map([['tier', 'gold']]),
      annotation_numbers: new Map([['items', 3]]),
      annotation_bools: new Map([['vip', true]]),
      link_traces: [TRACE],
      link_ids: [0xff_00_00_00_00_00_00_01n],
      service: '',
      statement: 1n,
    },
    {
      id: '51aa62bb73cc84dd',
      parent_id: '10aa20bb30cc40dd',
      document_id: '10aa20bb30cc40dd',
      kind: 'subsegment',
      in_progress: true,
      duration: 0n,
      namespace: 'aws',
      fault: true,
      operation: 'PutItem',
      minute: 1_760_559_060,
    },
    {
      id: '0000000000000001',
      parent_id: '51aa62bb73cc84dd',
      throttle: true,
      availability_zone: 'eu-1b',
      statement: statementFingerprint('SELECT a FROM t WHERE b = ?'),
    },
  ])
  expect(documents).toEqual([
    {
      received: NOW,
      minute: 1_760_559_060,
      trace_id: TRACE,
      id: '10aa20bb30cc40dd',
      account: '123456789012',
      region: 'eu-west-1',
      document: Buffer.from('{"a": "ü\\n"}  '),
      format: 'segment',
    },
  ])
  // 2026-11-22 or so: days since 1970 of the receipt, not of the start.
  expect(minutes).toEqual([{ trace_id: TRACE, minute: 1_760_559_060, day: 20_779 }])
})

test.each([
  ['no time at all', 0n],
  ['before 1970', -1_000_000_000n],
  ['beyond what 32 bits hold', 5_000_000_000_000_000_000n],
])('a start %s is filed under its receipt', async (_, start) => {
  const document = {
    ...segment('10aa20bb30cc40dd', 'x'),
    start: unixNanos(start),
    progress: { state: 'in-progress' } as const,
  }
  const [spans] = await roundTrip([[received({ kind: 'segment', segment: document }), '']])
  expect(spans).toMatchObject([{ minute: 1_795_388_400, start }])
})

test('an independent subsegment has its parent, and a trace is told once a minute', async () => {
  const own = { ...subsegment('cccc2222dddd3333', 'step-2') }
  const document = {
    kind: 'independent-subsegment',
    traceId: TRACE,
    parentId: id('aaaa0000bbbb1111'),
    subsegment: own,
  } as const
  const [spans, documents, minutes] = await roundTrip([
    [received(document), 'one'],
    [received(document), 'two'],
  ])
  expect(spans).toMatchObject(
    Array(2).fill({
      kind: 'subsegment',
      parent_id: 'aaaa0000bbbb1111',
      document_id: 'cccc2222dddd3333',
    }),
  )
  expect(documents.map(textOf)).toEqual(['one', 'two'])
  expect(minutes).toHaveLength(1)
})

test('all annotations of a document are indexed', async () => {
  const many = (prefix: string, count: number) =>
    new Map(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, index]))
  const top = {
    ...segment('10aa20bb30cc40dd', 'x'),
    annotations: many('a', 40),
    subsegments: [
      { ...subsegment('0000000000000001', 'y'), annotations: many('b', 20) },
      { ...subsegment('0000000000000002', 'z'), annotations: many('c', 20) },
    ],
  }
  const [spans] = await roundTrip([[received({ kind: 'segment', segment: top }), '']])
  expect(spans.map((row) => row.annotation_numbers.size)).toEqual([40, 20, 20])
})

test('a status that is none, and times that overflow, do no harm', async () => {
  for (const status of [-1, 70_000, 1.5, Number.NaN]) {
    const document = {
      ...segment('10aa20bb30cc40dd', 'x'),
      http: http({ status }),
      start: unixNanos(-9_000_000_000_000_000_000n),
      progress: { state: 'complete', end: unixNanos(9_000_000_000_000_000_000n) } as const,
    }
    const [spans] = await roundTrip([[received({ kind: 'segment', segment: document }), '']])
    expect(spans).toMatchObject([{ http_status: 0, duration: 2n ** 63n - 1n }])
  }
})

test('what goes in comes out, whatever it is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyReceived(), { minLength: 1, maxLength: 60 }), async (batch) => {
      const texts = batch.map((_, index) => `document ${index} "\u0000\n\n; DROP TABLE spans`)
      const [spans, documents] = await roundTrip(
        batch.map((each, index) => [each, texts[index] ?? '']),
      )
      expect(spans).toEqual(batch.flatMap(expectedSpans))
      expect(documents.map(textOf)).toEqual(texts)
    }),
    { numRuns: 8 },
  )
}, 300_000)

/** Encodes, inserts, reads all back in the order of insertion, and empties the tables. */
test('spans that came together are filed under the earliest minute of them, whichever was first', async () => {
  const start = (seconds: number) =>
    unixNanos(1_760_559_060_000_000_000n + BigInt(seconds) * 10n ** 9n)
  const child = { ...segment('00000000000000c1', 'call'), start: start(90) }
  const root = { ...segment('00000000000000c2', 'front'), start: start(1) }
  const encoder = new RowEncoder()
  const receipt = { received: NOW, account: '', region: '' }
  const rows = [spanRowOf(child, root.id), spanRowOf(root, undefined)]
  encoder.addChunk(receipt, TRACE, rows, Uint8Array.of(1))
  await database.insert(INSERT_DOCUMENTS, once(encoder.take().documents), 'chunk')
  expect(await readAll('documents', DOCUMENT_COLUMNS)).toMatchObject([
    { id: child.id, minute: 1_760_559_060 },
  ])
  await database.command(sql`TRUNCATE TABLE documents`)
})

async function roundTrip(batch: readonly (readonly [ReceivedDocument, string])[]) {
  const encoder = new RowEncoder()
  for (const [document, text] of batch) encoder.add(document, text)
  const rows = encoder.take()
  token += 1
  await database.insert(INSERT_SPANS, once(rows.spans), `spans-${token}`)
  await database.insert(INSERT_DOCUMENTS, once(rows.documents), `documents-${token}`)
  await database.insert(INSERT_TRACE_MINUTES, once(rows.minutes), `minutes-${token}`)
  const result = [
    await readAll('spans', SPAN_COLUMNS),
    await readAll('documents', DOCUMENT_COLUMNS),
    await readAll('trace_minutes', TRACE_MINUTE_COLUMNS),
  ] as const
  for (const table of ['spans', 'documents', 'trace_minutes']) {
    await database.command(sql`TRUNCATE TABLE ${identifier(table)}`)
  }
  expect(result[0]).toHaveLength(rows.spanCount)
  expect(result[1]).toHaveLength(rows.documentCount)
  const inserted = new Map(
    batch.flatMap(([each]) => expectedSpans(each)).map((row, at) => [row.id, at]),
  )
  const spans = result[0].toSorted(
    (a, b) => (inserted.get(a.id as EntityId) ?? 0) - (inserted.get(b.id as EntityId) ?? 0),
  )
  const documents = result[1].toSorted(
    (a, b) =>
      (inserted.get(a.id as EntityId) ?? 0) - (inserted.get(b.id as EntityId) ?? 0) ||
      Buffer.compare(a.document, b.document),
  )
  return [spans, documents, result[2]] as const
}

function textOf({ document }: { readonly document: Uint8Array }): string {
  return Buffer.from(document).toString('utf8')
}

async function readAll<Columns extends ColumnList>(table: string, columns: Columns) {
  const names = joinSql(Object.keys(columns).map(identifier), ', ')
  return await database.rows(sql`SELECT ${names} FROM ${identifier(table)}`, columns)
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** The plain twin of the encoder: rows as objects. */
function expectedSpans({ document, received: at, account, region }: ReceivedDocument): SpanRow[] {
  const top = document.kind === 'segment' ? document.segment : document.subsegment
  const traceId = document.kind === 'segment' ? document.segment.traceId : document.traceId
  const parent = document.kind === 'segment' ? document.segment.parentId : document.parentId
  const minuteOf = (instant: bigint) => Number(instant / 60_000_000_000n) * 60
  const filed = top.start > 0n && top.start < 2n ** 32n * 1_000_000_000n ? top.start : at
  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one line a column, as plain as can be
  const rowOf = (entity: Segment | Subsegment, parentId: EntityId | undefined): SpanRow[] => {
    const links = entity.kind === 'segment' ? entity.links.filter(isFromParent) : []
    const callee = entity.kind === 'subsegment' ? calledServiceOf(entity) : undefined
    const of = (kind: string) =>
      new Map([...entity.annotations].filter(([, v]) => typeof v === kind))
    const aws = (entity.aws ?? {}) as Record<string, Record<string, string> | undefined>
    return [
      {
        received: at,
        minute: minuteOf(filed),
        trace_id: traceId,
        id: entity.id,
        parent_id: parentId,
        document_id: top.id,
        kind: entity.kind,
        in_progress: entity.progress.state === 'in-progress',
        start: entity.start,
        duration: entity.progress.state === 'complete' ? entity.progress.end - entity.start : 0n,
        account,
        region,
        name: entity.name,
        origin: (entity.kind === 'segment' && entity.origin) || '',
        namespace: (entity.kind === 'subsegment' && entity.namespace) || '',
        fault: entity.fault,
        error: entity.error,
        throttle: entity.throttle,
        http_method: entity.http?.method ?? '',
        http_url: entity.http?.url ?? '',
        http_status: entity.http?.status ?? 0,
        http_user_agent: entity.http?.userAgent ?? '',
        http_client_ip: entity.http?.clientIp ?? '',
        user: (entity.kind === 'segment' && entity.user) || '',
        resource_arn: (entity.kind === 'segment' && entity.resourceArn) || '',
        instance_id: aws['ec2']?.['instance_id'] ?? '',
        availability_zone:
          aws['ec2']?.['availability_zone'] ?? aws['ecs']?.['availability_zone'] ?? '',
        operation: (aws['operation'] as unknown as string) ?? '',
        callee_name: callee?.name ?? '',
        callee_type: callee?.type ?? '',
        aws_account: (aws['account_id'] as unknown as string) ?? '',
        annotation_strings: of('string') as Map<string, string>,
        annotation_numbers: of('number') as Map<string, number>,
        annotation_bools: of('boolean') as Map<string, boolean>,
        link_traces: links.map(({ traceId: linked }) => linked),
        link_ids: links.map(({ id: linked }) => BigInt(`0x${linked}`)),
        service: '',
        statement:
          entity.kind === 'subsegment' && entity.sql?.['sanitized_query']
            ? statementFingerprint(String(entity.sql['sanitized_query']))
            : 1n,
      },
      ...entity.subsegments.flatMap((child) => rowOf(child, entity.id)),
    ]
  }
  return rowOf(top, parent)
}

const TRACE = parseTraceId('1-68f00000-111122223333444455556666') as TraceId

function id(text: string): EntityId {
  return parseEntityId(text) as EntityId
}

function received(document: ReceivedDocument['document']): ReceivedDocument {
  return { document, received: NOW, account: '123456789012', region: 'eu-west-1' }
}

const BARE = {
  start: unixNanos(1_760_559_104_000_000_000n),
  progress: { state: 'in-progress' } as Progress,
  fault: false,
  error: false,
  throttle: false,
  http: undefined as Http | undefined,
  aws: undefined as JsonObject | undefined,
  cause: undefined,
  annotations: new Map() as Annotations,
  metadata: undefined,
  links: [],
  subsegments: [] as readonly Subsegment[],
}

function segment(of: string, name: string): Segment {
  const own = {
    parentId: undefined,
    user: undefined,
    origin: undefined,
    resourceArn: undefined,
    account: undefined,
  }
  return {
    ...BARE,
    kind: 'segment',
    id: id(of),
    name,
    traceId: TRACE,
    ...own,
    service: undefined,
    inferred: false,
  }
}

function subsegment(of: string, name: string): Subsegment {
  return {
    ...BARE,
    kind: 'subsegment',
    id: id(of),
    name,
    namespace: undefined,
    sql: undefined,
    traced: false,
    precursorIds: [],
  }
}

function http(some: Partial<Http>): Http {
  const none = { method: undefined, url: undefined, userAgent: undefined, clientIp: undefined }
  return { ...none, xForwardedFor: undefined, status: undefined, contentLength: undefined, ...some }
}

let serial = 0

function anyReceived(): fc.Arbitrary<ReceivedDocument> {
  const text = fc
    .string({ unit: 'binary', maxLength: 60 })
    .filter((value) => value === Buffer.from(value).toString())
  const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
  const instant = fc.bigInt({ min: -(10n ** 18n), max: 4n * 10n ** 18n }).map(unixNanos)
  const freshId = fc.constant(0).map(() => {
    serial += 1
    return id(serial.toString(16).padStart(16, 'a'))
  })
  const progress: fc.Arbitrary<Progress> = fc.oneof(
    fc.constant({ state: 'in-progress' } as const),
    instant.map((end) => ({ state: 'complete', end }) as const),
  )
  const annotations = fc
    .array(fc.tuple(text, fc.oneof(text, fc.double({ noNaN: true }), fc.boolean())), {
      maxLength: 6,
    })
    .map((entries): Annotations => new Map(entries))
  const shared = {
    id: freshId,
    name: text,
    start: instant,
    progress,
    fault: fc.boolean(),
    error: fc.boolean(),
    throttle: fc.boolean(),
    http: maybe(
      fc
        .record({
          method: maybe(text),
          url: maybe(text),
          userAgent: maybe(text),
          clientIp: maybe(text),
          status: maybe(fc.integer({ min: 100, max: 599 })),
        })
        .map(http),
    ),
    annotations,
  }
  const child = fc
    .record({
      ...shared,
      namespace: maybe(fc.constantFrom('aws', 'remote', 'local')),
      aws: maybe(fc.record({ operation: text, account_id: text })),
    })
    .map((some): Subsegment => ({ ...subsegment('0000000000000001', 'x'), ...some }))
  const parent = fc
    .tuple(child, fc.array(child, { maxLength: 3 }))
    .map(([own, children]): Subsegment => ({ ...own, subsegments: children }))
  const top = fc
    .record({
      ...shared,
      traceId: fc.stringMatching(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/).map((value) => value as TraceId),
      parentId: maybe(fc.stringMatching(/^[1-9a-f][0-9a-f]{15}$/).map(id)),
      user: maybe(text),
      origin: maybe(text),
      resourceArn: maybe(text),
      aws: maybe(
        fc.record({
          ec2: fc.record({ instance_id: text, availability_zone: text.filter(Boolean) }),
        }),
      ),
      subsegments: fc.array(parent, { maxLength: 3 }),
    })
    .map((some): Segment => ({ ...segment('0000000000000001', 'x'), ...some }))
  const document = fc.oneof(
    top.map((one) => ({ kind: 'segment', segment: one }) as const),
    fc.tuple(top, parent).map(
      ([{ traceId }, own]) =>
        ({
          kind: 'independent-subsegment',
          traceId,
          parentId: id('aaaa0000bbbb1111'),
          subsegment: own,
        }) as const,
    ),
  )
  const at = fc
    .bigInt({ min: 1_700_000_000n, max: 1_700_500_000n })
    .map((s) => (s * 10n ** 9n) as UnixNanos)
  return fc.record({ document, received: at, account: text, region: text })
}
