import { expect, test } from 'vitest'
import { keyAt, nameAt } from './trace-rows.ts'
import { TraceSession } from './trace-session.ts'

const TRACE = '1-58406520-a006649127e371903a2de979'

const SHOP = {
  id: 'aaaaaaaaaaaaaaaa',
  name: 'shop',
  trace_id: TRACE,
  start_time: 1_700_000_000,
  end_time: 1_700_000_000.4,
  user: 'u-7',
  http: {
    request: { method: 'POST', url: 'https://shop.test/orders/7' },
    response: { status: 500 },
  },
  fault: true,
  annotations: { tier: 'gold', items: 3, express: true },
  metadata: { default: { flags: { beta: 'on' } } },
  cause: {
    exceptions: [
      { id: '1111111111111111', type: 'Boom', message: 'too late', cause: '2222222222222222' },
    ],
  },
  subsegments: [
    {
      id: 'bbbbbbbbbbbbbbbb',
      name: 'stock@db',
      namespace: 'remote',
      start_time: 1_700_000_000.1,
      end_time: 1_700_000_000.3,
      sql: { sanitized_query: 'SELECT * FROM stock' },
      cause: { exceptions: [{ id: '2222222222222222', type: 'Timeout' }] },
    },
    { id: 'cccccccccccccccc', name: 'render', start_time: 1_700_000_000.3, in_progress: true },
  ],
}

function session(...documents: unknown[]) {
  const made = new TraceSession()
  for (const document of documents) made.add(JSON.stringify(document))
  return made
}

test('documents that cannot be read are kept aside with the reason', () => {
  const { unreadable, rows } = session(SHOP, { id: 1 }).picture()
  expect(rows.count).toBe(3)
  expect(unreadable).toHaveLength(1)
  expect(unreadable[0]?.reason).not.toBe('')
})

test('what the service made itself is told from what was sent', () => {
  const inferred = { ...SHOP, id: 'dddddddddddddddd', inferred: true }
  const made = session(SHOP, inferred)
  made.picture()
  const kinds = [0, 3].map((row) => made.details(row)?.segment.inferred)
  expect(kinds).toEqual([false, true])
})

test('the details of a row are its own, with where its exception came from', () => {
  const made = session(SHOP)
  const { counts, root } = made.picture()
  expect(counts).toEqual({ services: 1, parentMissing: 0, inProgress: 1 })
  expect(root?.user).toBe('u-7')
  const details = made.details(0)
  expect(details?.entity).toMatchObject({ name: 'shop', subsegments: [] })
  expect(details?.owners.get('2222222222222222')).toEqual({
    row: 1,
    name: 'stock@db',
    type: 'Timeout',
  })
  expect(made.details(1)?.entity).toMatchObject({ kind: 'subsegment', namespace: 'remote' })
  expect(made.document(1)).toMatchObject({ id: 'bbbbbbbbbbbbbbbb', sql: SHOP.subsegments[0]?.sql })
  expect(made.details(9)).toBeUndefined()
})

test.each<[search: string, found: string[]]>([
  ['shop', ['shop', 'stock@db', 'render']],
  ['name=SHOP', ['shop']],
  ['stock', ['stock@db']],
  ['-name~o', ['render']],
  ['"FROM stock"', ['stock@db']],
  ['tier=gold', ['shop']],
  ['tier!=gold', []],
  ['items>2', ['shop']],
  ['items>=4', []],
  ['express=true', ['shop']],
  ['user=u-7', ['shop']],
  ['default.flags.beta=on', ['shop']],
  ['exception~late', ['shop']],
  ['status>=500', ['shop']],
  ['duration>250ms', ['shop']],
  ['duration<=0.2s', ['stock@db']],
  ['outcome=fault', ['shop']],
  ['is:error', ['shop']],
  ['is:database', ['stock@db']],
  ['is:open', ['render']],
  ['!is:open kind!=database', ['shop']],
  ['https://shop.test', ['shop']],
  ['cccccccccccccccc', ['render']],
  ['id=aaaaaaaaaaaaaaaa', ['shop']],
])('search %s', (text, found) => {
  const made = session(SHOP)
  const { rows } = made.picture()
  const answer = made.search(text)
  if (!answer.ok) throw new Error(answer.message)
  const names = [...answer.hits.keys()]
    .filter((row) => answer.hits[row] === 1)
    .map((row) => nameAt(rows, row))
  expect(names).toEqual(found)
  expect(answer.count).toBe(found.length)
})

test.each(['is:blue', 'tier=', '"open'])('search %s says what is wrong', (text) => {
  expect(session(SHOP).search(text)).toMatchObject({ ok: false, message: expect.any(String) })
})

test('a row that takes over three times what is usual for its kind is slow', () => {
  const calls = [10, 11, 12, 13, 50].map((length, index) => ({
    id: `${index}`.repeat(16),
    name: 'GET item',
    start_time: 1_700_000_000 + index / 10,
    end_time: 1_700_000_000 + index / 10 + length / 1000,
  }))
  const made = session({ ...SHOP, subsegments: calls })
  const { rows } = made.picture()
  const answer = made.search('is:slow')
  expect(answer.ok && answer.count).toBe(1)
  expect(answer.ok && keyAt(rows, answer.hits.indexOf(1))).toBe('4'.repeat(16))
})

test('what ran, by service and name; within a part of the time, as long as it ran then', () => {
  const complete = { ...SHOP, subsegments: SHOP.subsegments.slice(0, 1) }
  const made = session(complete)
  made.picture()
  expect(made.statistics()).toMatchObject([
    { name: 'shop', count: 1, failures: 1, total: 400e6, own: 200e6, critical: 200e6 },
    { name: 'stock@db', count: 1, failures: 0, total: 200e6, own: 200e6, critical: 200e6 },
  ])
  const [part] = made
    .statistics({ from: 250e6, to: 350e6 })
    .filter(({ name }) => name === 'stock@db')
  expect(part).toMatchObject({ count: 1, total: 50e6 })
  expect(made.statistics({ from: 0, to: 50e6 }).map(({ name }) => name)).toEqual(['shop'])
})

test('what is given away while a trace comes, and let go when it has come, is not missed', () => {
  const asked = (made: TraceSession) => ({
    search: made.search('tier=gold'),
    details: [made.details(0), made.details(1)],
    document: made.document(1),
    statistics: made.statistics(),
  })
  const kept = session(SHOP)
  kept.picture(1_700_000_001e6)
  const given = session(SHOP)
  const { rows } = given.partPicture(1_700_000_001e6)
  structuredClone(rows.start, { transfer: [rows.start.buffer] })
  expect(asked(given)).toEqual(asked(kept))
  const settled = session(SHOP)
  settled.lastPicture(1_700_000_001e6)
  expect(asked(settled)).toEqual(asked(kept))
})
