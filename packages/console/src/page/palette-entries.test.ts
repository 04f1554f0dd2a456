import { expect, test } from 'vitest'
import { EMPTY_VOCABULARY } from '../vocabulary.ts'
import { findEntries, paletteEntries } from './palette-entries.ts'

const ENTRIES = paletteEntries(
  [
    ['/traces', 'Traces'],
    ['/sampling', 'Sampling'],
  ],
  {
    ...EMPTY_VOCABULARY,
    services: new Set(['checkout', 'the "best"']),
    groups: new Set(['slow']),
  },
  [],
)

test('nothing typed offers everything, pages first', () => {
  expect(findEntries(ENTRIES, '').slice(0, 2)).toMatchObject([
    { label: 'Traces' },
    { label: 'Sampling' },
  ])
})

test('what the page itself can do comes before everything else', () => {
  const run = () => undefined
  const entries = paletteEntries([['/map', 'Service map']], EMPTY_VOCABULARY, [
    { label: 'Map: show as a list', run },
  ])
  expect(findEntries(entries, '')[0]).toEqual({
    label: 'Map: show as a list',
    kind: 'This page',
    does: { kind: 'run', run },
  })
})

test('a service leads to its traces, whatever its name holds', () => {
  expect(findEntries(ENTRIES, 'best')[0]).toMatchObject({
    kind: 'Service',
    does: { path: '/traces?filter=service%28%22the+%5C%22best%5C%22%22%29' },
  })
})

test('what begins as typed comes before what contains it, letters in order are enough', () => {
  expect(findEntries(ENTRIES, 'samp').map(({ label }) => label)).toEqual([
    'Sampling',
    'New sampling rule',
  ])
  expect(findEntries(ENTRIES, 'nwgrp')[0]?.label).toBe('New group')
  expect(findEntries(ENTRIES, 'zzz')).toEqual([])
})

test('a trace id in any form leads to the trace', () => {
  expect(findEntries(ENTRIES, ' Root=1-58406520-a006649127e371903a2de979;')).toMatchObject([
    { kind: 'Trace', does: { path: '/traces/1-58406520-a006649127e371903a2de979' } },
  ])
})
