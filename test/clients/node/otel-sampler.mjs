// OpenTelemetry's X-Ray remote sampler for Node, unmodified: so many of them in one process.
import { randomBytes } from 'node:crypto'
import { ROOT_CONTEXT, SpanKind } from '@opentelemetry/api'
import { AWSXRayRemoteSampler } from '@opentelemetry/sampler-aws-xray'
import { runSamplers } from './sampler-run.mjs'

const RECORD_AND_SAMPLED = 2
const [, , endpoint, count] = process.argv
const resource = { attributes: { 'service.name': 'otel' } }
const samplers = Array.from(
  { length: Number(count) },
  () => new AWSXRayRemoteSampler({ endpoint, resource, pollingInterval: 300 }),
)
await runSamplers(
  samplers.map((sampler) => (path) => {
    const traceId = randomBytes(16).toString('hex')
    const attributes = { 'url.path': path, 'http.request.method': 'GET' }
    const { decision } = sampler.shouldSample(
      ROOT_CONTEXT,
      traceId,
      path,
      SpanKind.SERVER,
      attributes,
      [],
    )
    return decision === RECORD_AND_SAMPLED
  }),
)
