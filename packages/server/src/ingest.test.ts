import { gzipSync } from 'node:zlib'
import { bad, ok, unixNanos } from '@fluoroscope/model'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { otlpProtobuf, otlpRequest, otlpSpan } from '../../../test/support/otlp-request.ts'
import { Ingest } from './ingest.ts'
import { Ledger, type LedgerEntry } from './lib/ledger.ts'
import { createLog } from './lib/log.ts'
import { EncoderError, type Encoders, inlineEncoders } from './parse-pool.ts'
import { ReceiptClock } from './receipt-clock.ts'
import type { SentBody } from './show/request-body.ts'
import type { JournalRefusal } from './store/journal.ts'
import type { EncodedRows } from './store/segment-row.ts'

const CONTEXT = { account: '000000000000', region: 'us-east-1' }

type Fate = 'kept' | JournalRefusal['code'] | 'parser-failed'

/** An ingest whose journal and parsers do as `fates` say, one after the other, then always well. */
function ingest(fates: readonly Fate[] = []) {
  const left = [...fates]
  const appended: EncodedRows[] = []
  const ledger = new Ledger()
  const inline = inlineEncoders()
  const encoders: Encoders = {
    ...inline,
    encode: async (batch) => {
      if (left[0] !== 'parser-failed') return await inline.encode(batch)
      left.shift()
      throw new EncoderError('the parser ended')
    },
  }
  const made = new Ingest({
    encoders,
    append: async (rows) => {
      const fate = left.shift() ?? 'kept'
      if (fate !== 'kept') return bad({ code: fate as JournalRefusal['code'], text: fate })
      appended.push(rows)
      return ok(undefined)
    },
    ledger,
    log: createLog({ level: 'silent' }),
    receipts: new ReceiptClock(() => unixNanos(1_795_388_400_000_000_000n)),
    defaults: CONTEXT,
    maxInflatedBytes: 1_000_000,
    keepUnsampled: false,
  })
  return { made, ledger, appended }
}

let id = 0

function document(name: string): string {
  id += 1
  return JSON.stringify({
    name,
    id: id.toString(16).padStart(16, '0'),
    trace_id: '1-58406520-a006649127e371903a2de979',
    start_time: 1_795_388_399,
    end_time: 1_795_388_400,
  })
}

function body(documents: readonly string[]): SentBody & { readonly released: () => number } {
  let released = 0
  return {
    bytes: new Uint8Array(gzipSync(JSON.stringify({ TraceSegmentDocuments: documents }))),
    encoding: 'gzip',
    release: () => {
      released += 1
    },
    released: () => released,
  }
}

function datagrams(texts: readonly string[], dropped = 0) {
  const parts = texts.map((text) => Buffer.from(text))
  let end = 0
  const ends = parts.map((part) => {
    end += part.length
    return end
  })
  return { bytes: new Uint8Array(Buffer.concat(parts)), ends: Uint32Array.from(ends), dropped }
}

const HEADER = '{"format":"json","version":1}\n'

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0)
}

function settled(entry: LedgerEntry): number {
  return entry.stored + sum(entry.sampledOut) + sum(entry.rejected) + sum(entry.dropped)
}

test('good documents are appended, bad ones named in their order, memory given back', async () => {
  const { made, ledger, appended } = ingest()
  const sent = body([document('a'), document(''), 'nope', document('b')])
  const answer = await made.putSegments(sent, CONTEXT)
  expect(answer.ok && answer.value.map(({ code }) => code)).toEqual(['MissingName', 'ParseError'])
  expect(appended.map(({ documentCount }) => documentCount)).toEqual([2])
  expect(sent.released()).toBe(1)
  expect(ledger.entries()).toMatchObject([{ source: 'http', received: 4, stored: 2, inFlight: 0 }])
})

test('a request without any good document is answered without the journal', async () => {
  const { made, appended } = ingest()
  const answer = await made.putSegments(body(['nope']), CONTEXT)
  expect(answer.ok && answer.value).toHaveLength(1)
  expect(appended).toEqual([])
})

test.each([
  ['journal-full', 'throttled'],
  ['disk-full', 'unavailable'],
  ['stopping', 'unavailable'],
] as const)('%s is told as %s and counted', async (code, kind) => {
  const { made, ledger } = ingest([code])
  const answer = await made.putSegments(body([document('a'), 'nope']), CONTEXT)
  expect(answer).toEqual({ ok: false, problem: { kind, message: code } })
  expect(ledger.entries()).toMatchObject([
    {
      received: 2,
      stored: 0,
      rejected: new Map([['ParseError', 1]]),
      dropped: new Map([[code, 1]]),
    },
  ])
})

test('a parser that fails costs a request its answer, datagrams are counted', async () => {
  const { made, ledger } = ingest(['parser-failed', 'parser-failed'])
  const sent = body([document('a')])
  expect(await made.putSegments(sent, CONTEXT)).toMatchObject({ problem: { kind: 'failure' } })
  expect(sent.released()).toBe(1)
  await made.putDatagrams(datagrams([HEADER + document('a'), HEADER + document('b')]))
  expect(ledger.entries()).toMatchObject([
    { source: 'udp', received: 2, dropped: new Map([['parser-failed', 2]]), inFlight: 0 },
  ])
})

test('a body that inflates beyond the limit is refused', async () => {
  const { made } = ingest()
  const answer = await made.putSegments(body([' '.repeat(2_000_000)]), CONTEXT)
  expect(answer).toMatchObject({ ok: false, problem: { kind: 'too-large' } })
})

test('every put has a receipt of its own, every datagram too', async () => {
  const { made, appended } = ingest()
  await made.putSegments(body([document('a'), document('b')]), CONTEXT)
  await made.putDatagrams(datagrams([HEADER + document('c'), 'x', HEADER + document('d')]))
  await made.putSegments(body([document('e')]), CONTEXT)
  // The receipt is the first column: nanoseconds in eight bytes behind its type, with the length of that.
  const receipts = appended.map(({ documents }) => {
    const block = Buffer.from(documents)
    return block.readBigInt64LE(block.indexOf('\x08received\x0dDateTime64(9)') + 23)
  })
  const base = 1_795_388_400_000_000_000n
  expect(receipts).toEqual([base, base + 1n, base + 4n])
})

test('drain waits for what is in flight', async () => {
  const { made, ledger } = ingest()
  const put = made.putSegments(body([document('a')]), CONTEXT)
  await made.drain()
  expect(ledger.entries()[0]?.stored).toBe(1)
  expect((await put).ok).toBe(true)
  await made.drain()
})

const PACKETS: ReadonlySet<string> = new Set(
  ['T1S', 'T1U'].map((prefix) => {
    const trace = { traceId: '1-58406520-a006649127e371903a2de979', base: 1_795_388_399 }
    const spans = [otlpSpan(trace, 'server', [0, 1]), otlpSpan(trace, 'client', [0, 1])]
    return prefix + Buffer.from(otlpProtobuf(otlpRequest('front', ...spans))).toString('base64')
  }),
)

test('the ledger adds up to the unit, whatever is sent and whatever the journal does', async () => {
  const text = fc.constantFrom('good', 'nameless', 'nope', 'T1S%', 'M1', ...PACKETS)
  const put = fc.record({
    udp: fc.boolean(),
    texts: fc.array(text, { minLength: 1, maxLength: 8 }),
    lost: fc.nat(3),
    fate: fc.constantFrom<Fate>('kept', 'kept', 'journal-full', 'disk-full', 'parser-failed'),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(put, { maxLength: 12 }), async (puts) => {
      for (const { udp, texts, lost, fate } of puts) {
        const { made, ledger, appended } = ingest([fate])
        const documents = texts.map((each) =>
          each === 'good' ? document('a') : each === 'nameless' ? document('') : each,
        )
        if (udp)
          await made.putDatagrams(
            datagrams(
              documents.map((each) => HEADER + each),
              lost,
            ),
          )
        else await made.putSegments(body(documents), CONTEXT)
        const entries = ledger.entries()
        const total = (count: (entry: LedgerEntry) => number) =>
          entries.reduce((all, entry) => all + count(entry), 0)
        // A packet that is not looked at is one datagram, else as many spans as it holds: two.
        const spans = texts.filter((each) => PACKETS.has(each)).length
        const units = fate === 'parser-failed' ? texts.length : texts.length + spans
        const read = fate === 'parser-failed' ? 0 : units
        const expected = udp ? units + lost : read
        expect(total(({ received }) => received)).toBe(expected)
        expect(total(({ inFlight }) => inFlight)).toBe(0)
        expect(total(settled)).toBe(expected)
        // Each of our documents and spans is a row of its own.
        const rows = appended.reduce((all, { spanCount }) => all + spanCount, 0)
        expect(total(({ stored }) => stored)).toBe(rows)
      }
    }),
    { numRuns: 50 },
  )
})

describe('spans of OTLP', () => {
  const trace = { traceId: '1-58406520-a006649127e371903a2de979', base: 1_795_388_399 }
  const good = () => otlpSpan(trace, 'server', [0, 1])
  const wrong = () => otlpSpan(trace, 'server', [0, 1], { spanId: '' })

  function sent(...spans: readonly ReturnType<typeof good>[]) {
    const bytes = new Uint8Array(gzipSync(otlpProtobuf(otlpRequest('front', ...spans))))
    return {
      bytes,
      encoding: 'gzip',
      release: () => {},
      format: 'protobuf',
      source: 'otlp-http',
    } as const
  }

  test('good ones are kept as one document of their trace, wrong ones told', async () => {
    const { made, ledger, appended } = ingest()
    const answer = await made.putSpans(sent(good(), wrong(), good()), CONTEXT)
    expect(answer).toEqual({
      ok: true,
      value: {
        count: 1,
        messages: ['resource_spans[0].scope_spans[0].spans[1].span_id has 0 bytes instead of 8'],
      },
    })
    expect(appended).toMatchObject([{ documentCount: 1, spanCount: 2 }])
    const rejected = new Map([['invalid-span-id', 1]])
    expect(ledger.entries()).toMatchObject([
      { source: 'otlp-http', received: 3, stored: 2, rejected, inFlight: 0 },
    ])
  })

  test.each([
    ['journal-full', 'throttled'],
    ['disk-full', 'unavailable'],
    ['stopping', 'unavailable'],
  ] as const)('%s is told as %s and counted in spans', async (code, kind) => {
    const { made, ledger } = ingest([code])
    const answer = await made.putSpans(sent(good(), good(), wrong()), CONTEXT)
    expect(answer).toEqual({ ok: false, problem: { kind, message: code } })
    expect(ledger.entries()).toMatchObject([
      { received: 3, stored: 0, dropped: new Map([[code, 2]]), inFlight: 0 },
    ])
  })

  test('oddities are kept and counted', async () => {
    const { made, ledger } = ingest()
    const backwards = otlpSpan(trace, 'server', [2, 1])
    const linked = otlpSpan(trace, 'server', [0, 1], { links: [{ traceId: '', spanId: '' }] })
    expect(await made.putSpans(sent(backwards, linked), CONTEXT)).toMatchObject({ ok: true })
    const garbled = otlpRequest('front', otlpSpan(trace, 'server', [0, 1], { name: '\ud83d' }))
    const inJson = {
      ...sent(),
      encoding: 'identity',
      format: 'json',
      bytes: Buffer.from(JSON.stringify(garbled)),
    } as const
    expect(await made.putSpans(inJson, CONTEXT)).toMatchObject({ ok: true })
    const latin = otlpProtobuf(otlpRequest('front', otlpSpan(trace, 'server', [0, 1])))
    latin[Buffer.from(latin).indexOf('server')] = 0xe9
    const notText = { ...sent(), encoding: 'identity', bytes: latin } as const
    expect(await made.putSpans(notText, CONTEXT)).toMatchObject({ ok: true })
    expect(ledger.entries()).toMatchObject([{ stored: 4 }])
    expect([...made.oddities]).toEqual([
      ['ended-before-start', 1],
      ['invalid-link', 1],
      ['invalid-text', 2],
    ])
  })

  test('a packet in a datagram counts its spans, and the documents beside it themselves', async () => {
    const { made, ledger } = ingest()
    const packet = Buffer.from(otlpProtobuf(otlpRequest('front', good(), good()))).toString(
      'base64',
    )
    const bodies = [`T1S${packet}`, `T1U${packet}`, 'M1CgA=', 'T1S%', document('beside')]
    await made.putDatagrams(datagrams(bodies.map((each) => HEADER + each)))
    const entries = ledger.entries().toSorted((a, b) => a.source.localeCompare(b.source))
    expect(entries).toMatchObject([
      {
        source: 'otlp-udp',
        received: 6,
        stored: 2,
        sampledOut: new Map([
          ['unsampled', 2],
          ['metrics', 1],
        ]),
        rejected: new Map([['malformed-packet', 1]]),
        inFlight: 0,
      },
      { source: 'udp', received: 1, stored: 1, inFlight: 0 },
    ])
  })
})
