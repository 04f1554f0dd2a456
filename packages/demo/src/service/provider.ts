import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { answerJson, readJsonBody } from '../backing/json-request.ts'
import { runFleetProcess, serverProcess } from '../fleet-process.ts'
import { CARD_DECLINED, CARD_PROVIDER_DOWN, CARD_SLOW } from '../shop-request.ts'

/** Somebody else's payment and parcel service: it traces nothing, so the map can only infer it. */
await runFleetProcess(async () => {
  const server = createServer(async (request, response) => {
    const { card } = await readJsonBody(request)
    await sleep(card === CARD_SLOW ? 900 + Math.random() * 700 : 10 + Math.random() * 25)
    if (card === CARD_DECLINED) return answerJson(response, 402, { reason: 'insufficient_funds' })
    if (card === CARD_PROVIDER_DOWN) return answerJson(response, 503, { reason: 'maintenance' })
    return answerJson(response, 200, { reference: `ref-${Math.floor(Math.random() * 1e9)}` })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return serverProcess(server)
})
