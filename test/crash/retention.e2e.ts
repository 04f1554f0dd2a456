import { cp } from 'node:fs/promises'
import { unixNanos } from '@fluoroscope/model'
import { afterAll, expect, test, vi } from 'vitest'
import { type Generated, generateTrace, seededRandom } from '../../bench/support/generate.ts'
import { readMigrations } from '../../packages/server/src/store/migrate.ts'
import { type RunningServer, startAndKill } from '../support/server.ts'
import { call, cleanUp, newDirectory, start } from './fixture.ts'
import { seedStore } from './seed-store.ts'

const DAY = 86_400
const KEPT_DAYS = 30
/** Days, on each of which two traces came: half of them are to be dropped. */
const AGES = [0, 1, 2, 10, 20, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 50, 60]
const ROUNDS = Number(process.env['CRASH_ROUNDS'] ?? 0) > 50 ? 50 : 4
const FLAGS = [`--retention-days=${KEPT_DAYS}`]

afterAll(cleanUp)

test('killed while it drops old days, it drops them at the next start, and no other', async () => {
  const random = seededRandom(11)
  const now = Math.floor(Date.now() / 1000)
  const traces = AGES.flatMap((age) =>
    [0, 1].map((index) => {
      const start = now - age * DAY - 60
      return { age, start, ...generateTrace(age * 2 + index, 3, start, random) }
    }),
  )
  const documents = traces.flatMap((trace) =>
    trace.documents.map((text) => ({
      text,
      received: unixNanos(BigInt(trace.start) * 1_000_000_000n),
    })),
  )
  const [whole, directory] = [await newDirectory(), await newDirectory()]
  const newest = (await readMigrations()).length
  await seedStore(whole, newest, documents)
  await cp(whole, directory, { recursive: true })
  const began = performance.now()
  const first = await start(whole, FLAGS)
  // A day is dropped when its last instant is old enough.
  const kept = traces.filter(({ age }) => age <= KEPT_DAYS).map(({ traceId }) => traceId)
  await vi.waitFor(async () => expect(await shown(first, traces)).toEqual(kept), 60_000)
  const dropMs = performance.now() - began
  expect(await first.stop()).toBe(0)
  for (let round = 0; round < ROUNDS; round++) {
    await startAndKill(directory, random() * dropMs * 1.2, FLAGS)
  }
  const server = await start(directory, FLAGS)
  await vi.waitFor(async () => expect(await shown(server, traces)).toEqual(kept), 60_000)
  expect(await server.stop()).toBe(0)
})

/** Those of the traces that are given back, each with all its segments. */
async function shown(
  server: RunningServer,
  traces: readonly Generated[],
): Promise<readonly string[]> {
  const found: string[] = []
  for (let at = 0; at < traces.length; at += 5) {
    const asked = traces.slice(at, at + 5)
    const input = { TraceIds: asked.map(({ traceId }) => traceId) }
    const { Traces } = await call(server, '/Traces', input)
    const given = new Map((Traces as GivenTrace[]).map((trace) => [trace.Id, trace]))
    for (const { traceId, documents } of asked) {
      const segments = given.get(traceId)?.Segments
      if (segments === undefined) continue
      const ids = documents.map((text) => JSON.parse(text).id)
      // Of services that report nothing there are segments of our own as well.
      expect(segments.map(({ Id }) => Id)).toEqual(expect.arrayContaining(ids))
      found.push(traceId)
    }
  }
  return found
}

type GivenTrace = { readonly Id: string; readonly Segments: readonly { readonly Id: string }[] }
