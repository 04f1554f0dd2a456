import { generateTrace, putBodies, seededRandom } from './generate.ts'
import { httpSender, segmentsTarget } from './load.ts'

const TICK_MS = 20
const CONNECTIONS = 64
const SEGMENTS_PER_TRACE = 5
const DOCUMENTS_PER_BODY = 50

/**
 * Sends documents of traces that start now, so many a second, each request when it is due, until stopped.
 * @returns `stop` says how many were acknowledged and refused
 */
export function startIngest(endpoint: string, rate: number): { stop(): Promise<string> } {
  const sender = httpSender(segmentsTarget(endpoint), CONNECTIONS)
  const random = seededRandom(9)
  const pending = new Set<Promise<void>>()
  const counts = { acknowledged: 0, refused: 0 }
  const began = performance.now()
  let sent = 0
  const send = async () => {
    const documents: string[] = []
    while (documents.length < DOCUMENTS_PER_BODY) {
      const now = Date.now() / 1000
      documents.push(
        ...generateTrace(sent * 50 + documents.length, SEGMENTS_PER_TRACE, now, random).documents,
      )
    }
    for (const body of putBodies(documents)) {
      if (await sender.send(body)) counts.acknowledged += documents.length
      else counts.refused += documents.length
    }
  }
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - began) / 1000) * (rate / DOCUMENTS_PER_BODY))
    for (; sent < due; sent++) {
      const sending = send()
      pending.add(sending)
      void sending.finally(() => pending.delete(sending))
    }
  }, TICK_MS)
  return {
    stop: async () => {
      clearInterval(timer)
      const seconds = (performance.now() - began) / 1000
      await Promise.all(pending)
      sender.close()
      const { acknowledged, refused } = counts
      return `${acknowledged} documents acknowledged, ${(acknowledged / seconds).toFixed(0)} a second, ${refused} refused`
    },
  }
}
