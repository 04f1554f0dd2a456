/**
 * Spans a CPU-second of the OTLP reader and of protobufjs over the same requests, in turns, in one
 * process: `npm run bench:otlp-decode -- [rounds]`. Needs no build.
 */
import {
  ATTRIBUTE,
  SPAN,
  type SpanBatch,
  VALUE,
} from '../packages/server/src/parse/otlp/span-batch.ts'
import { TraceDecoder } from '../packages/server/src/parse/otlp/trace-decoder.ts'
import { otlpSchema } from '../test/support/otlp-schema.ts'
import { generateOtlpRequests } from './support/generate-otlp.ts'
import { machine } from './support/machine.ts'

const ROUNDS = Number(process.argv[2] ?? 7)
const REQUESTS = 60
const SECONDS_PER_TURN = 0.7

/** What a row takes as columns; the other attributes are read as key and value. */
const COLUMN_KEYS = [
  'service.name',
  'http.request.method',
  'http.method',
  'http.response.status_code',
  'http.status_code',
  'url.full',
  'url.path',
  'url.scheme',
  'http.route',
  'server.address',
  'server.port',
  'client.address',
  'user_agent.original',
  'db.system.name',
  'db.system',
  'db.namespace',
  'db.query.text',
  'db.statement',
  'db.user',
  'rpc.system',
  'rpc.service',
  'rpc.method',
  'aws.region',
  'aws.request_id',
  'messaging.system',
  'peer.service',
  'cloud.platform',
  'cloud.region',
  'cloud.account.id',
]

const protobufjs = otlpSchema({ text: 'string', spans: 'Span' }).lookupType(
  'ExportTraceServiceRequest',
)
const decoder = new TraceDecoder(COLUMN_KEYS)
const show = (name: string, value: string) => process.stdout.write(`${name.padEnd(44)} ${value}\n`)
show('machine', machine())
for (const spans of [100, 500]) compare(spans)

function compare(spans: number): void {
  const requests = generateOtlpRequests(REQUESTS, spans)
  const bytes = requests.reduce((sum, request) => sum + request.length, 0)
  show(`requests of ${spans} spans`, `${Math.round(bytes / REQUESTS / spans)} B a span`)
  const ours = (request: Uint8Array) => decode(request).spans.count
  const touched = (request: Uint8Array) => readAll(decode(request))
  const theirs = (request: Uint8Array) => protobufjs.decode(request)
  const candidates = {
    ours,
    'ours, every id, name and attribute read': touched,
    protobufjs: theirs,
  }
  const rates = new Map<string, number[]>()
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, read] of Object.entries(candidates)) {
      const rate = spansPerCpuSecond(requests, spans, read)
      // The first round warms up.
      if (round > 0) rates.set(name, [...(rates.get(name) ?? []), rate])
    }
  }
  const peer = median(rates.get('protobufjs') ?? [])
  for (const [name, all] of rates) {
    const range = `${thousands(Math.min(...all))} to ${thousands(Math.max(...all))}`
    const ratio = (median(all) / peer).toFixed(1)
    show(`  ${name}`, `${thousands(median(all))} spans/CPU-s (${range}), ${ratio} × protobufjs`)
  }
}

function decode(request: Uint8Array): SpanBatch {
  const result = decoder.decode(request)
  if (!result.ok) throw new Error(result.problem.message)
  return result.value
}

/** About what a row encoder reads: names and texts as strings, ids as bytes, known numbers. */
function readAll(batch: SpanBatch): number {
  let sum = 0
  const { spans, attributes } = batch
  for (let span = 0; span < spans.count; span++) {
    sum += batch.textAt(spans, span, SPAN.name).length
    sum += spans.get(span, SPAN.start + 1)
    sum += batch.bytes[spans.get(span, SPAN.traceId)] ?? 0
    const to = spans.get(span, SPAN.attributesTo)
    for (let index = spans.get(span, SPAN.attributesFrom); index < to; index++) {
      sum += attributes.get(index, ATTRIBUTE.key)
      const type = attributes.get(index, ATTRIBUTE.type)
      if (type === VALUE.text) sum += batch.textAt(attributes, index, ATTRIBUTE.value).length
      else if (type === VALUE.int) sum += Number(batch.int64At(index))
    }
  }
  return sum
}

function spansPerCpuSecond(
  requests: readonly Uint8Array[],
  spans: number,
  read: (request: Uint8Array) => unknown,
): number {
  const began = process.cpuUsage()
  let seconds = 0
  let done = 0
  while (seconds < SECONDS_PER_TURN) {
    for (const request of requests) read(request)
    done += requests.length * spans
    const { user, system } = process.cpuUsage(began)
    seconds = (user + system) / 1e6
  }
  return done / seconds
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

function thousands(value: number): string {
  return `${Math.round(value / 1000)} k`
}
