// Zipkin's tracer for Node, unmodified: two services that share the span of the call between them.
import zipkin from 'zipkin'
import { HttpLogger } from 'zipkin-transport-http'

const { Annotation, BatchRecorder, ExplicitContext, InetAddress, Tracer, jsonEncoder } = zipkin
const endpoint = process.argv[2]
const sent = []
const problems = []

/** A tracer of a service; its spans are also kept here, as they are sent. */
function service(localServiceName) {
  const logger = new HttpLogger({
    endpoint,
    jsonEncoder: jsonEncoder.JSON_V2,
    httpInterval: 50,
    log: { error: (problem) => problems.push(String(problem)) },
  })
  const keeping = {
    logSpan(span) {
      sent.push(JSON.parse(jsonEncoder.JSON_V2.encode(span)))
      logger.logSpan(span)
    },
  }
  const recorder = new BatchRecorder({ logger: keeping })
  const tracer = new Tracer({
    ctxImpl: new ExplicitContext(),
    recorder,
    localServiceName,
    traceId128Bit: true,
  })
  const answered = new Promise((done, failed) => {
    logger.on('success', done)
    logger.on('error', failed)
  })
  return { tracer, answered }
}

const pause = () => new Promise((done) => setTimeout(done, 5))
const front = service('zipkin-front')
const stock = service('zipkin-stock')

const root = front.tracer.createRootId()
const on = (tracer, id, work) => tracer.letId(id, () => work(tracer))

on(front.tracer, root, (tracer) => {
  tracer.recordServiceName('zipkin-front')
  tracer.recordRpc('GET')
  tracer.recordBinary('http.method', 'GET')
  tracer.recordBinary('http.path', '/cart')
  tracer.recordAnnotation(new Annotation.ServerRecv())
})
const call = on(front.tracer, root, (tracer) => tracer.createChildId())
on(front.tracer, call, (tracer) => {
  tracer.recordServiceName('zipkin-front')
  tracer.recordRpc('GET')
  tracer.recordBinary('http.method', 'GET')
  tracer.recordBinary('http.path', '/stock')
  tracer.recordAnnotation(
    new Annotation.ServerAddr({
      serviceName: 'zipkin-stock',
      host: new InetAddress('127.0.0.1'),
      port: 8080,
    }),
  )
  tracer.recordAnnotation(new Annotation.ClientSend())
})
await pause()
const joined = stock.tracer.join(call)
on(stock.tracer, joined, (tracer) => {
  tracer.recordServiceName('zipkin-stock')
  tracer.recordRpc('GET')
  tracer.recordBinary('http.path', '/stock')
  tracer.recordAnnotation(new Annotation.ServerRecv())
})
await pause()
on(stock.tracer, joined, (tracer) => {
  tracer.recordMessage('shelf is empty')
  tracer.recordBinary('http.status_code', '503')
  tracer.recordBinary('error', 'no stock')
  tracer.recordAnnotation(new Annotation.ServerSend())
})
await pause()
on(front.tracer, call, (tracer) => {
  tracer.recordBinary('http.status_code', '503')
  tracer.recordBinary('error', '503')
  tracer.recordAnnotation(new Annotation.ClientRecv())
})
on(front.tracer, root, (tracer) => {
  tracer.recordBinary('http.status_code', '200')
  tracer.recordAnnotation(new Annotation.ServerSend())
})
// The transport's own timers let the process end before they sent anything.
const awake = setInterval(() => {}, 1000)
await Promise.all([front.answered, stock.answered])
clearInterval(awake)
process.stdout.write(JSON.stringify({ traceId: root.traceId, sent, problems }))
process.exit(0)
