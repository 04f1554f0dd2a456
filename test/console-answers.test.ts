import { statementFingerprint } from '@fluoroscope/model'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { otlpAttributes, otlpRequest, otlpSpan } from './support/otlp-request.ts'
import { newEntityId } from './support/segments.ts'
import { until, WireServer } from './support/wire-server.ts'

/** What the console asks beyond the X-Ray API, through the built server. */
let server: WireServer

beforeAll(async () => {
  server = await WireServer.start()
})

afterAll(() => server.stop())

test('a statement is the same whether X-Ray or OpenTelemetry sent it', async () => {
  const trace = server.trace()
  const sql = { sanitized_query: 'SELECT * FROM orders WHERE id = 12' }
  await server.accept(
    trace.segment('shop', [0, 5], {
      subsegments: [trace.subsegment('orders-db', [1, 1.25], { namespace: 'remote', sql })],
    }),
  )
  const span = otlpSpan(trace, 'client', [2, 2.75], {
    attributes: otlpAttributes({
      'db.system': 'postgresql',
      'db.statement': "SELECT *\nFROM orders WHERE id = 'x'",
      'peer.service': 'orders-db',
    }),
    parentSpanId: newEntityId(),
    status: { code: 2 },
  })
  const exported = await server.call('/v1/traces', otlpRequest('shop', span), {
    'content-type': 'application/json',
  })
  expect(exported.status).toBe(200)
  const [from, to] = [trace.base, trace.base + 48]
  const fingerprint = statementFingerprint('SELECT * FROM orders WHERE id = ?')
    .toString(16)
    .padStart(16, '0')
  const path = `/api/statements/${fingerprint}/trend?name=orders-db&from=${from}&to=${to}`
  const answer = await until(
    () => server.send(path, {}),
    ({ body }) => (body['Parts'] as unknown[])?.length === 2,
  )
  expect(answer).toMatchObject({
    status: 200,
    body: {
      StartTime: from,
      EndTime: to,
      PartSeconds: 1,
      ReadFrom: from,
      UnreadCalls: 0,
      UntoldCalls: 0,
      Total: { Calls: 2, Faults: 1, Errors: 0, P95: 0.75 },
      Parts: [
        { Index: 1, Calls: 1, Faults: 0, Errors: 0, Median: 0.25, P95: 0.25 },
        { Index: 2, Calls: 1, Faults: 1, Errors: 0, Median: 0.75, P95: 0.75 },
      ],
    },
  })
})

const GOOD = '0123456789abcdef'

test.each([
  ['xyz/trend?name=db&from=1&to=2', 'Invalid fingerprint xyz'],
  [`${GOOD}/trend?from=1&to=2`, "parameter 'name' is missing"],
  [`${GOOD}/trend?name=db&from=now&to=2`, "parameter 'from' has to be a whole number"],
  [`${GOOD}/trend?name=db&from=1`, "parameters 'from' and 'to' have to be given"],
  [`${GOOD}/trend?name=db&from=2&to=1`, 'End time cannot be earlier than start time'],
  [`${GOOD}/trend?name=db&from=2&to=2`, "'to' has to be later than 'from'"],
  [`${GOOD}/trend?name=db&from=0&to=86401`, 'Time range cannot be longer than 24 hours'],
])('/api/statements/%s is refused: %s', async (path, message) => {
  const { status, body } = await server.send(`/api/statements/${path}`, {})
  expect([status, String(body['Message'])]).toEqual([400, expect.stringContaining(message)])
})
