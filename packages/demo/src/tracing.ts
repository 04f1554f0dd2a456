import http from 'node:http'
import AWSXRay from 'aws-xray-sdk-core'
import type { Settings } from './settings.ts'

/**
 * Sets the X-Ray SDK up as an application does: outgoing HTTP is captured, every request is traced
 * by a local rule, or the rules come from the endpoint. Address and log level are in the environment.
 */
export function startTracing(settings: Settings, streamingThreshold = 100): void {
  AWSXRay.captureHTTPsGlobal(http, true)
  AWSXRay.setStreamingThreshold(streamingThreshold)
  if (settings.centralSampling) return
  AWSXRay.middleware.disableCentralizedSampling()
  AWSXRay.middleware.setSamplingRules({
    version: 2,
    default: { fixed_target: 1, rate: 1 },
    rules: [],
  })
}

/** Runs `work` in a subsegment; a failure is recorded there with the errors that led to it. */
export function inSubsegment<Value>(
  name: string,
  work: (subsegment: AWSXRay.Subsegment | undefined) => Promise<Value>,
): Promise<Value> {
  return AWSXRay.captureAsyncFunc(name, async (subsegment) => {
    try {
      return await work(subsegment)
    } catch (error) {
      if (subsegment !== undefined && error instanceof Error) recordFailure(subsegment, error)
      throw error
    } finally {
      subsegment?.close()
    }
  })
}

/**
 * The SDK puts what is added last in front and remembers it: callers that fail with the same error
 * then refer to it. So the innermost cause goes first, the error itself last.
 */
function recordFailure(subsegment: AWSXRay.Subsegment, error: Error): void {
  for (const link of causeChain(error).reverse()) subsegment.addError(link)
}

function causeChain(error: Error): Error[] {
  const chain = [error]
  let cause = error.cause
  while (cause instanceof Error && chain.length < 5) {
    chain.push(cause)
    cause = cause.cause
  }
  return chain
}

/** The segment of the request being served; undefined outside of one. */
export function currentSegment(): AWSXRay.Segment | undefined {
  const entity = AWSXRay.getSegment()
  return entity instanceof AWSXRay.Subsegment ? entity.segment : entity
}
