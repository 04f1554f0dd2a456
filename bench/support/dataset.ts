import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generateTrace, putBodies, seededRandom } from './generate.ts'
import { closedLoop, httpSender, segmentsTarget } from './load.ts'

/** What a query benchmark has to know of the traces it asks for. */
export type Dataset = {
  readonly spanRows: number
  readonly traces: number
  /** The traces start within `[first, first + seconds)`, unix seconds, evenly. */
  readonly first: number
  readonly seconds: number
  /** Ids of traces throughout the range. */
  readonly traceIds: readonly string[]
}

/** Values that the annotation `customer` takes, one a trace, all as likely. */
export const CUSTOMERS = 50_000
/** Values of `shop`, as likely each; on every segment of a trace. */
export const SHOPS = 500
/** Values of the number `order`, one a trace. */
export const ORDERS = 1_000_000
/** One trace in so many has the annotation `canary: true`, the others none of that name. */
const TRACES_PER_CANARY = 10_000

const ROWS_PER_DOCUMENT = 3
const SEGMENTS_PER_TRACE = 5
const CHUNK = 50_000
const KEPT_IDS = 20_000
const MANIFEST = 'dataset.json'

/** The dataset that an earlier run left in the folder; undefined for none. */
export async function readDataset(folder: string): Promise<Dataset | undefined> {
  const path = join(folder, MANIFEST)
  return existsSync(path) ? (JSON.parse(await readFile(path, 'utf8')) as Dataset) : undefined
}

export function writeDataset(folder: string, dataset: Dataset): Promise<void> {
  return writeFile(join(folder, MANIFEST), JSON.stringify(dataset))
}

/**
 * Sends real documents to a server, in the order of time as they would have come, `hours` long and
 * ending now; three span rows a document.
 */
export async function loadDataset(
  endpoint: string,
  spanRows: number,
  hours: number,
): Promise<Dataset> {
  const random = seededRandom(2)
  const seconds = hours * 3600
  const first = Math.floor(Date.now() / 1000) - seconds
  const documents = Math.ceil(spanRows / ROWS_PER_DOCUMENT)
  const traces = Math.ceil(documents / SEGMENTS_PER_TRACE)
  const traceIds: string[] = []
  let made = 0
  while (made < traces) {
    const chunk: string[] = []
    for (; chunk.length < CHUNK && made < traces; made++) {
      const start = first + ((made + random()) / traces) * seconds
      const annotate = annotations(random)
      const trace = generateTrace(made, SEGMENTS_PER_TRACE, start, random, annotate)
      if (random() < KEPT_IDS / traces) traceIds.push(trace.traceId)
      chunk.push(...trace.documents)
    }
    const bodies = putBodies(chunk)
    const sender = httpSender(segmentsTarget(endpoint), 8)
    await closedLoop(sender, bodies, chunk.length / bodies.length, 8)
  }
  return {
    spanRows: traces * SEGMENTS_PER_TRACE * ROWS_PER_DOCUMENT,
    traces,
    first,
    seconds,
    traceIds,
  }
}

function annotations(random: () => number): (depth: number) => object {
  const root = {
    customer: `u${Math.floor(random() * CUSTOMERS)}`,
    order: Math.floor(random() * ORDERS),
    ...(random() < 1 / TRACES_PER_CANARY ? { canary: true } : {}),
  }
  const shop = `shop-${Math.floor(random() * SHOPS)}`
  return (depth) => (depth === 0 ? { ...root, shop } : { shop })
}
