// An unmodified X-Ray SDK for Node: one sampled request with a subsegment, an exception, central sampling.
import { once } from 'node:events'
import http from 'node:http'
import AWSXRay from 'aws-xray-sdk-core'
import ServiceConnector from 'aws-xray-sdk-core/dist/lib/middleware/sampling/service_connector.js'

const problems = []
AWSXRay.setLogger({
  error: (...words) => problems.push(`error ${words.join(' ')}`),
  warn: (...words) => problems.push(`warn ${words.join(' ')}`),
  info: () => {},
  debug: () => {},
})
AWSXRay.captureHTTPsGlobal(http)

const server = http.createServer((_request, response) => response.writeHead(404).end('no'))
await once(server.listen(0, '127.0.0.1'), 'listening')
const { port } = server.address()

const namespace = AWSXRay.getNamespace()
const segment = new AWSXRay.Segment('node-client')
segment.addAnnotation('tier', 'gold')
segment.addMetadata('cart', { items: [1, 2, 3] })
segment.setUser('u-81')
await namespace.runAndReturn(async () => {
  AWSXRay.setSegment(segment)
  await AWSXRay.captureAsyncFunc('work', async (subsegment) => {
    try {
      throw new TypeError('no answer')
    } catch (error) {
      subsegment.close(error)
    }
  })
  const url = `http://127.0.0.1:${port}/items`
  await new Promise((done, failed) => {
    http.get(url, (response) => response.resume().on('end', done)).on('error', failed)
  })
})
segment.close()

// Central sampling: the SDK's own poller asks in the same way.
const rules = await new Promise((done, failed) =>
  ServiceConnector.fetchSamplingRules((error, answer) => (error ? failed(error) : done(answer))),
)
await new Promise((done) => setTimeout(done, 200))
server.close()
process.stdout.write(
  JSON.stringify({
    traceId: segment.trace_id,
    id: segment.id,
    rules: rules.map((rule) => ({ name: rule.name, rate: rule.rate })),
    problems,
  }),
)
process.exit(0)
