// The sampler of the unmodified X-Ray SDK for Node, asking its rules and targets by its own pollers.
// The protocol of all samplers here: see sampler-run.mjs.
import AWSXRay from 'aws-xray-sdk-core'
import { runSamplers } from './sampler-run.mjs'

// The SDK asks for rules every five minutes: its clock for that, and for nothing else, runs faster.
const RULES_INTERVAL_MS = 5 * 60 * 1000
const { setInterval } = globalThis
globalThis.setInterval = (task, ms, ...rest) =>
  setInterval(task, ms === RULES_INTERVAL_MS ? 10_000 : ms, ...rest)

AWSXRay.setLogger({
  error: (...words) => process.stderr.write(`error ${words.join(' ')}\n`),
  warn: (...words) => process.stderr.write(`warn ${words.join(' ')}\n`),
  info: () => {},
  debug: () => {},
})
AWSXRay.setDaemonAddress(process.argv[2])
const { default: sampler } = await import(
  'aws-xray-sdk-core/dist/lib/middleware/sampling/default_sampler.js'
)
const request = { host: 'fleet.test', httpMethod: 'GET', serviceName: 'node' }
await runSamplers([(urlPath) => sampler.shouldSample({ ...request, urlPath }) !== false])
