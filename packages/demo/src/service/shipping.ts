import { setTimeout as sleep } from 'node:timers/promises'
import { DeleteMessageCommand, type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import AWSXRay from 'aws-xray-sdk-core'
import { openQueue, SHIPPING_QUEUE_URL } from '../aws-clients.ts'
import { type DatabaseClient, openDatabase } from '../database-client.ts'
import { runFleetProcess } from '../fleet-process.ts'
import { callJson, type Peer } from '../http-call.ts'
import { capturedPostgres } from '../sdk-modules.ts'
import { portOf, type Settings } from '../settings.ts'
import { UNREACHABLE_COUNTRY } from '../shop-request.ts'
import { inSubsegment, startTracing } from '../tracing.ts'

class ShippingError extends Error {
  override readonly name = 'ShippingError'
}

/** Takes shipping requests from the queue and goes on with the trace of the order. */
class ShippingWorker {
  readonly #queue: ReturnType<typeof openQueue>
  readonly #database: DatabaseClient
  readonly #carrier: Peer
  #running = false
  #loop: Promise<void> | undefined

  constructor(settings: Settings) {
    this.#queue = openQueue(settings)
    this.#database = openDatabase(settings, capturedPostgres)
    this.#carrier = { host: 'labels.parcelcarrier.example', port: portOf(settings, 'provider') }
  }

  start(): void {
    this.#running = true
    this.#loop = this.#work()
  }

  async stop(): Promise<void> {
    this.#running = false
    await this.#loop
    await this.#database.close()
  }

  async #work(): Promise<void> {
    while (this.#running) {
      const received = await this.#queue
        .send(
          new ReceiveMessageCommand({
            QueueUrl: SHIPPING_QUEUE_URL,
            MaxNumberOfMessages: 10,
            WaitTimeSeconds: 1,
            MessageSystemAttributeNames: ['AWSTraceHeader'],
          }),
        )
        // The queue restarts or goes away first at the end: the next turn finds out.
        .catch(() => undefined)
      if (received === undefined) await sleep(200)
      await Promise.all((received?.Messages ?? []).map((message) => this.#traced(message)))
    }
  }

  /** A segment for the message, below the call that sent it; a failed message comes again. */
  async #traced(message: Message): Promise<void> {
    const header = AWSXRay.utils.processTraceData(message.Attributes?.AWSTraceHeader ?? '')
    const segment = new AWSXRay.Segment('shipping', header['root'], header['parent'])
    await AWSXRay.getNamespace().runPromise(async () => {
      AWSXRay.setSegment(segment)
      try {
        await this.#ship(message, segment)
        segment.close()
      } catch (error) {
        segment.close(error instanceof Error ? error : String(error))
      }
    })
  }

  async #ship(message: Message, segment: AWSXRay.Segment): Promise<void> {
    const { order, country } = JSON.parse(message.Body ?? '') as { order: number; country: string }
    segment.addAnnotation('country', country)
    segment.addMetadata('message', { id: message.MessageId, order }, 'queue')
    await inSubsegment('pack-parcel', () => sleep(15 + (order % 7) * 5))
    await inSubsegment('choose-carrier', async () => {
      if (country === UNREACHABLE_COUNTRY) throw new ShippingError(`no carrier goes to ${country}`)
    })
    await callJson(this.#carrier, 'POST', '/labels', { body: { order, country } })
    await this.#database.query("UPDATE orders SET status = 'shipped' WHERE id = $1", [order])
    await this.#queue.send(
      new DeleteMessageCommand({
        QueueUrl: SHIPPING_QUEUE_URL,
        ReceiptHandle: message.ReceiptHandle,
      }),
    )
  }
}

await runFleetProcess(async (settings) => {
  startTracing(settings)
  const worker = new ShippingWorker(settings)
  worker.start()
  return { port: 0, stop: () => worker.stop() }
})
