import { createReadStream } from 'node:fs'
import { mkdir, open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { otlpSchema } from '../../test/support/otlp-schema.ts'
import { putBodies, seededRandom } from '../support/generate.ts'
import { id, pick, resourceAttributes, span, text } from '../support/generate-otlp.ts'
import { segmentDocuments, spansOf, zipkinSpans } from '../support/trace-forms.ts'

/** The wire forms in which the same traces are written. */
export const FORMS = ['x-ray', 'otlp', 'otlp-json', 'zipkin'] as const
export type Form = (typeof FORMS)[number]

/** What the traces of one round are, so that their loss can be told. */
export type Manifest = {
  readonly seed: number
  readonly spans: number
  /** All traces start within, unix seconds. */
  readonly from: number
  readonly to: number
  readonly services: readonly string[]
  readonly traces: readonly ManifestTrace[]
}

type ManifestTrace = {
  /** 32 hexadecimal digits. */
  readonly id: string
  readonly spans: number
  /** The value of the attribute `shop.order` of its first span, which no other trace has. */
  readonly order: string
}

const SERVICES = [
  'storefront',
  'orders',
  'inventory',
  'payments',
  'shipping',
  'search',
  'accounts',
  'pricing',
  'reviews',
  'carts',
  'mail',
  'fraud',
] as const

const SPANS_PER_REQUEST = 512
const MEDIAN_SPANS = 8
const MAX_SPANS = 40
const MINUTES = 10

type Span = Omit<ReturnType<typeof span>, 'parentSpanId'> & {
  readonly parentSpanId: Uint8Array | undefined
  readonly service: string
}

/**
 * Writes `rounds` folders below `folder`, each with `spans` spans or a few more in every form: traces of 1 to 40
 * spans (median 8) over 12 services, that started within the last ten minutes. The same seed and time
 * give the same bytes.
 */
export async function generateRounds(
  folder: string,
  { spans, rounds, seed, now }: Readonly<Record<'spans' | 'rounds' | 'seed' | 'now', number>>,
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const path = join(folder, String(round))
    await mkdir(path, { recursive: true })
    await generateRound(path, spans, { seed: seed + round, now })
  }
}

async function generateRound(
  path: string,
  spans: number,
  { seed, now }: { readonly seed: number; readonly now: number },
): Promise<void> {
  const random = seededRandom(seed)
  const files = await Promise.all(
    FORMS.map(async (form) => [form, await open(join(path, form), 'w')] as const),
  )
  const traces: ManifestTrace[] = []
  let made = 0
  const from = now - MINUTES * 60
  while (made < spans) {
    const batch: Span[] = []
    while (batch.length < SPANS_PER_REQUEST) {
      const trace = makeTrace(BigInt(from) * 1_000_000_000n, random)
      traces.push(trace.manifest)
      batch.push(...trace.spans)
    }
    made += batch.length
    const request = encode(batch, random)
    for (const [form, file] of files) {
      for (const body of bodiesOf(form, request)) {
        const length = Buffer.alloc(4)
        length.writeUInt32LE(body.length)
        await file.writev([length, body])
      }
    }
  }
  for (const [, file] of files) await file.close()
  const manifest: Manifest = { seed, spans: made, from, to: now, services: SERVICES, traces }
  await writeFile(join(path, 'manifest.json'), JSON.stringify(manifest))
}

/** A server span, and below each of its spans calls of databases or of other services. */
function makeTrace(from: bigint, random: () => number) {
  const size = Math.min(MAX_SPANS, Math.ceil(MEDIAN_SPANS * Math.exp(0.7 * normal(random))))
  const traceId = id(16, random)
  const began = from + BigInt(Math.floor(random() * MINUTES * 59e9))
  const order = Buffer.from(id(8, random)).toString('hex')
  const root = { ...span(2, random), traceId, parentSpanId: undefined, service: SERVICES[0] }
  const spans: Span[] = [
    { ...root, ...during(began, 400), attributes: [...root.attributes, text('shop.order', order)] },
  ]
  while (spans.length < size) {
    const parent = spans[Math.floor(random() * spans.length)] ?? root
    // What a database does is its own affair; a call that is answered is a call of another service.
    const kind = parent.kind === 2 ? 3 : 2
    const service = kind === 3 ? parent.service : pick(SERVICES, random)
    const start = BigInt(parent.startTimeUnixNano) + BigInt(Math.floor(random() * 2e6))
    const child = { ...span(kind, random), traceId, parentSpanId: parent.spanId, service }
    spans.push({ ...child, ...during(start, 1 + random() * 100) })
  }
  const manifest = { id: Buffer.from(traceId).toString('hex'), spans: spans.length, order }
  return { spans, manifest }
}

function during(start: bigint, millis: number) {
  const end = start + BigInt(Math.ceil(millis * 1e6))
  return { startTimeUnixNano: String(start), endTimeUnixNano: String(end) }
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

const SCOPE = { name: '@opentelemetry/instrumentation-http', version: '0.205.0' }

/** By service, as a collector sends them. */
function encode(spans: readonly Span[], random: () => number): Uint8Array {
  const type = otlpSchema({ text: 'string', spans: 'Span' }).lookupType('ExportTraceServiceRequest')
  const resourceSpans = SERVICES.flatMap((service) => {
    const own = spans.filter((each) => each.service === service)
    const resource = { attributes: resourceAttributes(service, random) }
    return own.length === 0 ? [] : [{ resource, scopeSpans: [{ scope: SCOPE, spans: own }] }]
  })
  return Uint8Array.from(type.encode(type.fromObject({ resourceSpans })).finish())
}

function bodiesOf(form: Form, request: Uint8Array): readonly Buffer[] {
  switch (form) {
    case 'x-ray':
      return putBodies(segmentDocuments(request))
    case 'otlp':
      return [gzipSync(request)]
    case 'otlp-json':
      return [gzipSync(JSON.stringify(otlpJson(request)))]
    case 'zipkin':
      return [gzipSync(JSON.stringify(zipkinSpans(spansOf(request))))]
  }
}

const IDS = ['traceId', 'spanId', 'parentSpanId']

/** As the OTLP specification has it: ids in hexadecimal digits, numbers of 64 bits as texts. */
function otlpJson(request: Uint8Array): unknown {
  const type = otlpSchema({ text: 'string', spans: 'Span' }).lookupType('ExportTraceServiceRequest')
  const object = type.toObject(type.decode(request), { longs: String })
  const replacer = (key: string, value: unknown) =>
    IDS.includes(key) && value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value
  return replaced(object, replacer)
}

function replaced(
  value: unknown,
  replacer: (key: string, value: unknown) => unknown,
  key = '',
): unknown {
  const own = replacer(key, value)
  if (Array.isArray(own)) return own.map((each): unknown => replaced(each, replacer))
  if (own === null || typeof own !== 'object' || own instanceof Uint8Array) return own
  return Object.fromEntries(
    Object.entries(own).map(([name, each]): [string, unknown] => [
      name,
      replaced(each, replacer, name),
    ]),
  )
}

export async function readManifest(folder: string, round: number): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, String(round), 'manifest.json'), 'utf8'))
}

/** The bodies of a round in memory, so that reading them is no part of what is measured. */
export async function readBodies(
  folder: string,
  round: number,
  form: Form,
): Promise<readonly Buffer[]> {
  const chunks: Buffer[] = []
  for await (const chunk of createReadStream(join(folder, String(round), form))) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  const bodies: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at)
    bodies.push(bytes.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return bodies
}
