import fc from 'fast-check'

const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,9}$/)
const id = fc.stringMatching(/^[0-9a-f]{16}$/)
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined })
const seconds = fc.integer({ min: 1, max: 2_000_000_000_000 }).map((millis) => millis / 1000)
const status = fc.oneof(fc.integer({ min: 100, max: 599 }), fc.constantFrom(200, 404, 429, 503))

const frame = fc.record({ path: word.map((name) => `${name}.js`), line: fc.nat(999), label: word })
const exception = fc.record({
  id,
  type: word,
  message: word,
  remote: fc.boolean(),
  truncated: maybe(fc.nat(99)),
  skipped: maybe(fc.nat(99)),
  cause: maybe(id),
  stack: maybe(fc.array(frame, { minLength: 1, maxLength: 3 })),
})
const annotation = fc.oneof(word, fc.boolean(), fc.integer(), fc.double({ min: -1e6, max: 1e6 }))

const shared = {
  start_time: seconds,
  end_time: seconds,
  fault: fc.boolean(),
  error: fc.boolean(),
  throttle: fc.boolean(),
  http: maybe(
    fc.record({
      request: fc.record({
        method: word,
        // Without one a URL would be assembled from the address (15.4).
        url: word.map((host) => `https://${host}.test/`),
        user_agent: maybe(word),
        client_ip: maybe(fc.ipV4()),
        x_forwarded_for: maybe(fc.boolean()),
      }),
      response: maybe(fc.record({ status, content_length: maybe(fc.nat()) })),
    }),
  ),
  cause: maybe(
    fc.oneof(
      id,
      fc.record({
        working_directory: maybe(word),
        paths: maybe(fc.array(word, { minLength: 1, maxLength: 2 })),
        exceptions: fc.array(exception, { minLength: 1, maxLength: 2 }),
      }),
    ),
  ),
  annotations: maybe(fc.dictionary(fc.stringMatching(/^[A-Za-z0-9_.]{1,8}$/), annotation)),
  metadata: maybe(
    fc.dictionary(word, fc.dictionary(word, fc.oneof(word, fc.integer(), fc.boolean()))),
  ),
}

const awsCall = fc.record({
  operation: word,
  region: maybe(word),
  account_id: maybe(word),
  request_id: maybe(word),
  retries: maybe(fc.nat(9)),
  table_name: maybe(word),
  bucket_name: maybe(word),
  key: maybe(word),
  queue_url: maybe(word),
  topic_arn: maybe(word),
  function_name: maybe(word),
  status_code: maybe(fc.nat(999)),
})
const sql = fc.record({
  url: word.map((database) => `jdbc:postgresql://db.test:5432/${database}`),
  database_type: fc.constantFrom('PostgreSQL', 'mysql'),
  database_version: maybe(word),
  driver_version: maybe(word),
  preparation: maybe(fc.constantFrom('call', 'statement')),
  user: maybe(word),
  sanitized_query: maybe(word),
})
const call = fc.oneof(
  fc.record({ name: word, namespace: fc.constant('aws'), aws: awsCall }),
  fc.record({ name: word, namespace: fc.constant('remote') }),
  fc.record({ name: word, namespace: fc.constant('remote'), sql }),
  fc.record({ name: word, namespace: fc.constant('local') }),
  fc.record({ name: word }),
)
/**
 * Documents as SDKs send them: nothing empty, instants after 1970, keys that filters can say; a segment with
 * one subsegment below it.
 */
export const arbitraryDocument = fc
  .tuple(
    fc.record({ ...shared, name: word, user: maybe(word), resource_arn: maybe(word) }),
    fc.tuple(call, fc.record({ ...shared, traced: fc.boolean() })),
  )
  .map(([segment, [kind, members]]) => ({
    ...segment,
    id: '10aa20bb30cc40dd',
    trace_id: '1-68f00000-111122223333444455556666',
    subsegments: [{ ...members, ...kind, id: '51aa62bb73cc84dd' }],
  }))
