import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Ledger } from './ledger.ts'

test('keeps sources and reasons apart', () => {
  const ledger = new Ledger()
  ledger.receive('http', 50)
  ledger.receive('udp', 7)
  ledger.store('http', 48)
  ledger.reject('http', 'MissingName', 1)
  ledger.reject('http', 'MissingName', 1)
  ledger.drop('udp', 'queue-full', 3)
  ledger.sampleOut('udp', 'unsampled', 1)
  ledger.reject('udp', 'InvalidHeader', 0)
  expect(ledger.entries()).toEqual([
    {
      source: 'http',
      received: 50,
      stored: 48,
      sampledOut: new Map(),
      rejected: new Map([['MissingName', 2]]),
      dropped: new Map(),
      inFlight: 0,
    },
    {
      source: 'udp',
      received: 7,
      stored: 0,
      sampledOut: new Map([['unsampled', 1]]),
      rejected: new Map(),
      dropped: new Map([['queue-full', 3]]),
      inFlight: 3,
    },
  ])
})

test('received = stored + sampled out + rejected + dropped + in flight, whatever happens', () => {
  const step = fc.record({
    what: fc.constantFrom('receive', 'store', 'sampleOut', 'reject', 'drop'),
    source: fc.constantFrom('http', 'udp'),
    reason: fc.constantFrom('a', 'b'),
    count: fc.nat(1000),
  })
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const ledger = new Ledger()
      for (const { what, source, reason, count } of steps) {
        if (what === 'receive' || what === 'store') ledger[what](source, count)
        if (what === 'sampleOut' || what === 'reject' || what === 'drop') {
          ledger[what](source, reason, count)
        }
      }
      for (const entry of ledger.entries()) {
        const total = (counts: ReadonlyMap<string, number>) =>
          [...counts.values()].reduce((sum, count) => sum + count, 0)
        expect(entry.received).toBe(
          entry.stored +
            total(entry.sampledOut) +
            total(entry.rejected) +
            total(entry.dropped) +
            entry.inFlight,
        )
      }
    }),
  )
})
