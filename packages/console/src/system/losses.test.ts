import { expect, test } from 'vitest'
import { lossText } from './losses.ts'

const line = (
  source: string,
  reasons: { fate: 'sampled out' | 'rejected' | 'dropped'; count: number }[],
) => ({
  source,
  received: 100,
  stored: 90,
  inFlight: 0,
  reasons: reasons.map((reason) => ({ ...reason, reason: 'any' })),
})

test('nothing lost is said as what was counted', () => {
  expect(lossText([line('udp', [])])).toEqual({
    text: 'none sampled out or lost since the server started',
    isAny: false,
  })
})

test('losses are summed over sources and reasons, each kind apart', () => {
  const ledger = [
    line('udp', [
      { fate: 'dropped', count: 4 },
      { fate: 'sampled out', count: 1200 },
    ]),
    line('http', [{ fate: 'dropped', count: 1 }]),
  ]
  expect(lossText(ledger)).toEqual({
    text: 'documents since the server started: 1,200 sampled out, 5 dropped',
    isAny: true,
  })
})
