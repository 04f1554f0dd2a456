import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { calledServiceOf } from '../called-service.ts'
import type { JsonObject } from '../json.ts'
import { type Entity, outcomeOf, type SegmentDocument } from '../segment.ts'
import { parseSegmentDocument } from '../segment-document.ts'
import { unixNanos } from '../time.ts'
import { KNOWN_ATTRIBUTES } from './known-attributes.ts'
import { DEFAULT_MAPPING, type MappingSettings } from './mapping-settings.ts'
import type { OtlpAttributes, OtlpEvent, OtlpLink, OtlpSpan, OtlpValue } from './otlp-span.ts'
import { readResource } from './resource-meaning.ts'
import { segmentDocumentsOf } from './segment-documents.ts'
import { type SpanAttributes, spanAttributes } from './span-attributes.ts'
import { readSpan, type SegmentFacts, type SpanFacts, type SubsegmentFacts } from './span-facts.ts'
import type { SpanHead } from './span-head.ts'
import { documentsOf, entityIdOf, printDocument, traceIdOf } from './test-otlp-span.ts'

/** Keys that mean something to the mapping, and some that do not. */
const KEYS = [
  'a',
  'a-b',
  'a_b',
  '',
  '__proto__',
  'aws.account_id',
  'aws.dynamodb.table_names',
  'aws.ecs.launchtype',
  'aws.local.service',
  'aws.log.group.arns',
  'aws.operation',
  'aws.queue.url',
  'aws.region',
  'aws.remote.service',
  'aws.s3.bucket',
  'aws.service',
  'aws.span.kind',
  'aws.xray.annotations',
  'aws.xray.cause',
  'aws.xray.cause.paths',
  'aws.xray.namespace',
  'aws.xray.precursor_ids',
  'aws.xray.sql.url',
  'aws.xray.exception.cause',
  'aws.xray.exception.id',
  'aws.xray.exception.truncated',
  'aws.xray.exporter.config.index_all_attributes',
  'aws.xray.exporter.config.indexed_attributes',
  'aws.xray.inprogress',
  'aws.xray.metadata.debug',
  'aws.xray.metadata.otel',
  'aws.xray.resource_arn',
  'aws.xray.retries',
  'aws.xray.traced',
  'client.address',
  'cloud.account.id',
  'cloud.availability_zone',
  'cloud.platform',
  'cloud.provider',
  'db.connection_string',
  'db.name',
  'db.statement',
  'db.system',
  'enduser.id',
  'exception.message',
  'exception.stacktrace',
  'exception.type',
  'host.id',
  'http.host',
  'http.method',
  'http.response.body.size',
  'http.response.status_code',
  'http.status_code',
  'http.status_text',
  'http.target',
  'http.url',
  'message.type',
  'messaging.message_payload_size_bytes',
  'messaging.url',
  'net.peer.name',
  'net.peer.port',
  'peer.service',
  'rpc.method',
  'rpc.system',
  'service.instance.id',
  'service.name',
  'telemetry.sdk.language',
  'telemetry.sdk.name',
  'url.path',
]

/** Texts that mean something as values. */
const TEXTS = [
  '',
  'LOCAL_ROOT',
  'aws-api',
  'aws_ec2',
  'aws_ecs',
  'aws_elastic_beanstalk',
  'java',
  'python',
  'nodejs',
  'postgresql',
  'RECEIVED',
  'jdbc:mysql://u@h:1/d',
  '{"a":[1]}',
  'X: x\n\tat a.b(c:1)\nCaused by: Y: y\n\tat d.e(f)',
  'T\n  File "a.py", line 3, in f\n    x\nE: e',
  '404',
]

const text = fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit: 'binary', maxLength: 20 }))
const int64 = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt(0n, 600n))
const key = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...KEYS) }, text)
const { value } = fc.letrec<{ value: OtlpValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    int64,
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 5 }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 3 }).map((pairs) => new Map(pairs)),
  ),
}))
const attributes: fc.Arbitrary<OtlpAttributes> = fc
  .array(fc.tuple(key, value), { maxLength: 12 })
  .map((pairs) => new Map(pairs))

/** Until 2038: a double holds microseconds of no instants much later. */
const instant = fc.bigInt(0n, 2n ** 31n * 1_000_000_000n).map(unixNanos)
const count = fc.nat(3)
const hex = (length: number) =>
  fc.array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
const traceId = hex(32).map((digits) => traceIdOf(digits.join('')))
const entityId = hex(16).map((digits) => entityIdOf(digits.join('')))

const event: fc.Arbitrary<OtlpEvent> = fc.record({
  time: instant,
  name: fc.oneof(fc.constantFrom('exception', 'HTTP request failure'), text),
  attributes,
  droppedAttributes: count,
})
const link: fc.Arbitrary<OtlpLink> = fc.record({
  traceId,
  id: entityId,
  traceState: text,
  flags: count,
  attributes,
  droppedAttributes: count,
})
const span: fc.Arbitrary<OtlpSpan> = fc.record({
  traceId,
  id: entityId,
  parentId: fc.option(entityId, { nil: undefined }),
  name: text,
  kind: fc.constantFrom(
    'unspecified' as const,
    'internal' as const,
    'server' as const,
    'client' as const,
    'producer' as const,
    'consumer' as const,
  ),
  start: instant,
  end: instant,
  traceState: text,
  flags: fc.nat(0x3ff),
  status: fc.record({
    code: fc.constantFrom('unset' as const, 'ok' as const, 'error' as const),
    message: text,
  }),
  attributes,
  events: fc.array(event, { maxLength: 3 }),
  links: fc.array(link, { maxLength: 2 }),
  droppedAttributes: count,
  droppedEvents: count,
  droppedLinks: count,
  resource: fc.record({ attributes, droppedAttributes: count, schemaUrl: text }),
  scope: fc.record({
    name: text,
    version: text,
    attributes,
    droppedAttributes: count,
    schemaUrl: text,
  }),
})
const settings: fc.Arbitrary<MappingSettings> = fc.record({
  index: fc.constantFrom('span' as const, 'span-and-resource' as const, 'listed' as const),
  indexedAttributes: fc.array(key, { maxLength: 3 }),
  logGroups: fc.array(text, { maxLength: 2 }),
})

function entityIn(document: SegmentDocument) {
  return document.kind === 'segment' ? document.segment : document.subsegment
}

describe('any span', () => {
  test('our own parser takes its documents, with nothing ignored', () => {
    fc.assert(
      fc.property(span, settings, (any, how) => {
        for (const document of documentsOf(any, how)) {
          const parsed = parseSegmentDocument(JSON.stringify(printDocument(document)))
          expect(parsed).toMatchObject({ ok: true, value: { ignored: 0 } })
        }
      }),
    )
  })

  test('a parsed document says what was printed, but for nanoseconds', () => {
    fc.assert(
      fc.property(span, settings, (any, how) => {
        for (const document of documentsOf(any, how)) {
          const printed = printDocument(document)
          const parsed = parseSegmentDocument(JSON.stringify(printed))
          if (!parsed.ok) throw new Error(JSON.stringify(parsed.problem))
          const again = printDocument(parsed.value.document)
          expect(JSON.stringify(again)).toBe(JSON.stringify(printed))
        }
      }),
    )
  })

  test('ids, parent and times are kept', () => {
    fc.assert(
      fc.property(span, settings, (any, how) => {
        const documents = documentsOf(any, how)
        const [top, own] = [documents[0], documents.at(-1)]
        if (top === undefined || own === undefined) throw new Error('no document')
        expect(top.kind === 'segment' ? top.segment.parentId : top.parentId).toBe(any.parentId)
        expect(own.kind === 'segment' ? own.segment.traceId : own.traceId).toBe(any.traceId)
        const { id, start, progress } = entityIn(own)
        expect({ id, start }).toEqual({ id: any.id, start: any.start })
        if (progress.state === 'complete') expect(progress.end).toBe(any.end)
      }),
    )
  })

  test('a failed span is not ok; one that did not fail is, but for its HTTP status', () => {
    fc.assert(
      fc.property(span, settings, (any, how) => {
        const failed = any.status.code === 'error'
        for (const entity of documentsOf(any, how).map(entityIn)) {
          const { status = 0 } = entity.http ?? {}
          if (status < 400 && entity.http !== undefined) expect(isOk(entity)).toBe(!failed)
          if (failed) expect(isOk(entity)).toBe(false)
        }
      }),
    )
  })

  test('every text and number of its attributes is in its documents', () => {
    fc.assert(
      fc.property(span, settings, (any, how) => {
        const documents = JSON.stringify(documentsOf(any, how).map(printDocument))
        for (const [key, each] of any.attributes) {
          if (typeof each === 'string') {
            expect(formsOf(key, each).filter((form) => documents.includes(form))).not.toEqual([])
          }
          if (typeof each === 'bigint') expect(documents).toContain(String(each))
        }
      }),
    )
  })

  test('the facts need no more of the attributes than what they may ask', () => {
    fc.assert(
      fc.property(span, settings, (any, how) => {
        const resource = readResource(any.resource.attributes, how)
        const facts = readSpan(headOf(any), columns(any.attributes), resource)
        const [first] = segmentDocumentsOf(any, resource)
        if (facts.form !== 'segment' || first?.kind !== 'segment') return
        const { name, fault, error, throttle, annotations, user, aws } = first.segment
        const expected = { name, fault, error, throttle, user, aws }
        expect(facts.segment).toMatchObject(expected)
        // A key comes once.
        expect(facts.segment.annotations).toEqual([...annotations])
      }),
    )
  })

  test('a row can be made of the facts: they say what the document says', () => {
    fc.assert(
      fc.property(span, settings, (any, how) => {
        const resource = readResource(any.resource.attributes, how)
        const facts = readSpan(headOf(any), columns(any.attributes), resource)
        for (const document of segmentDocumentsOf(any, resource)) {
          if (document.kind === 'segment') {
            const { account } = segmentIn(facts)
            const { aws, origin } = document.segment
            expect(account).toBe(aws?.['account_id'])
            expect(origin).toBe(resource.origin)
            expect(placeIn(aws)).toEqual([resource.instanceId, resource.availabilityZone])
          } else {
            const { account, callee } = callIn(facts)
            expect(account).toBe(document.subsegment.aws?.['account_id'])
            expect(callee).toEqual(calledServiceOf(document.subsegment))
          }
        }
      }),
    )
  })

  test('they ask for the known attributes, and for those only', () => {
    const asked = new Set<string>()
    const unlisted = fc.tuple(span, fc.boolean()).map(([any, isDatabase]) => {
      const attributes = new Map(any.attributes)
      attributes.delete('aws.xray.annotations')
      attributes.set('message.type', 'RECEIVED')
      if (isDatabase) attributes.set('db.system', 'postgresql')
      return { ...any, attributes }
    })
    const property = fc.property(unlisted, (any) => {
      const attributes = spanAttributes(any.attributes)
      const get = (key: string) => {
        asked.add(key)
        return attributes.get(key)
      }
      const resource = readResource(new Map(), DEFAULT_MAPPING)
      readSpan(headOf(any), { ...attributes, get }, resource)
    })
    fc.assert(property, { seed: 15, numRuns: 600 })
    expect([...asked].sort()).toEqual(KNOWN_ATTRIBUTES)
  })
})

function callIn(facts: SpanFacts): SubsegmentFacts {
  if (facts.form === 'segment') throw new Error('no call')
  return facts.form === 'subsegment' ? facts.subsegment : facts.call
}

function segmentIn(facts: SpanFacts): SegmentFacts {
  if (facts.form === 'subsegment') throw new Error('no segment')
  return facts.form === 'segment' ? facts.segment : facts.service
}

/** Instance and zone, as the store reads them off an `aws` block. */
function placeIn(aws: JsonObject | undefined) {
  const [ec2 = {}, ecs = {}] = [aws?.['ec2'], aws?.['ecs']] as (JsonObject | undefined)[]
  return [ec2['instance_id'], ec2['availability_zone'] ?? ecs['availability_zone']]
}

function isOk(entity: Pick<Entity, 'fault' | 'error' | 'throttle' | 'http'>): boolean {
  return outcomeOf(entity) === 'ok'
}

function headOf({ name, kind, parentId, flags, status, end }: OtlpSpan): SpanHead {
  const hasParent = parentId !== undefined
  const hasRemoteParent = hasParent && (flags & 0x300) === 0x300
  const [failed, ended] = [status.code === 'error', end !== 0n]
  return { name, kind, hasParent, hasRemoteParent, failed, ended }
}

/** Attributes as two lists, with marks beside them. */
function columns(from: OtlpAttributes): SpanAttributes {
  const keys = [...from.keys()]
  const values = [...from.values()]
  const marks = keys.map(() => false)
  return {
    get: (name) => values[keys.indexOf(name)],
    take: (name) => {
      marks[keys.indexOf(name)] = true
    },
    eachRest: (visit) => {
      for (const [at, name] of keys.entries()) if (!marks[at]) visit(name, values[at] ?? null)
    },
    tells: (word) => keys.some((name) => name.startsWith(`${word}.`)),
  }
}

/** How a text may stand in a document: metadata that were sent as JSON text stand there as JSON. */
function formsOf(key: string, text: string): readonly string[] {
  const json = key.startsWith('aws.xray.metadata.') ? objectIn(text) : undefined
  return [text, ...(json === undefined ? [] : [json])].map((each) =>
    JSON.stringify(each).slice(1, -1),
  )
}

function objectIn(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
