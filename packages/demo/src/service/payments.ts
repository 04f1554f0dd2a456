import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import fastify, { type FastifyInstance } from 'fastify'
import { openDynamo } from '../aws-clients.ts'
import { runFleetProcess, serverProcess } from '../fleet-process.ts'
import { callJson, UpstreamError } from '../http-call.ts'
import { xrayFastifyPlugin } from '../sdk-modules.ts'
import { portOf, type Settings } from '../settings.ts'
import { currentSegment, inSubsegment, startTracing } from '../tracing.ts'

class ProviderError extends Error {
  override readonly name = 'ProviderError'
}

async function payments(settings: Settings): Promise<FastifyInstance> {
  const dynamo = openDynamo(settings)
  const provider = { host: 'api.cardprocessor.example', port: portOf(settings, 'provider') }
  const app = fastify()
  await app.register(xrayFastifyPlugin, { segmentName: 'payments' })
  app.post<{ Body: Charge }>('/charges', async (request, reply) => {
    const { card, amountCents, order } = request.body
    currentSegment()?.addAnnotation('amount_cents', amountCents)
    await dynamo.send(
      new PutItemCommand({ TableName: 'charges', Item: { id: { S: order }, card: { S: card } } }),
    )
    const answer = await inSubsegment('charge-card', async (subsegment) => {
      subsegment?.addAnnotation('provider', 'cardprocessor')
      return charge(provider, { card, amountCents })
    })
    return reply.code(answer.status === 200 ? 201 : answer.status).send(answer.body)
  })
  app.setErrorHandler((error, _request, reply) => {
    currentSegment()?.addError(error)
    return reply.code(502).send({ reason: error.message })
  })
  return app
}

type Charge = { readonly card: string; readonly amountCents: number; readonly order: string }

async function charge(
  provider: { readonly host: string; readonly port: number },
  body: { readonly card: string; readonly amountCents: number },
) {
  const answer = await callJson(provider, 'POST', '/v1/charges', { body })
  if (answer.status < 500) return answer
  const cause = new UpstreamError(`${provider.host} answered ${answer.status}`)
  throw new ProviderError('the card could not be charged', { cause })
}

await runFleetProcess(async (settings) => {
  startTracing(settings)
  const app = await payments(settings)
  await app.listen({ port: 0, host: '127.0.0.1' })
  return serverProcess(app.server)
})
