import fc from 'fast-check'
import type { MapEdge, MapNode, ReceivedGraph } from '../answer/service-graph.ts'

/** A service without failures that was called `ok` times. */
export function serviceOf(id: string, ok = 0, type: string | undefined = undefined): MapNode {
  return {
    id,
    key: { name: id, type, account: undefined },
    root: false,
    reports: true,
    statistics: { ok, error: 0, throttle: 0, fault: 0, totalNanos: ok * 1e6 },
    responseTimes: ok === 0 ? [] : [{ seconds: 0.001, count: ok }],
    bundle: undefined,
  }
}

/** `ok` calls of one service by another. */
export function callOf(from: string, to: string, ok = 1): MapEdge {
  const statistics = { ok, error: 0, throttle: 0, fault: 0, totalNanos: ok * 1e6 }
  const histograms = { responseTimes: [{ seconds: 0.001, count: ok }], receivedEventAges: [] }
  const id = `${from}>${to}`
  return { id, from, to, type: 'call', statistics, ...histograms, aliases: [], parts: [] }
}

/** A graph of services `a` to `h`, and calls among them, each pair once. */
export function arbitraryGraph(): fc.Arbitrary<ReceivedGraph> {
  const name = fc.constantFrom(...'abcdefgh')
  const types = fc.array(fc.constantFrom('queue', 'table', undefined), {
    minLength: 8,
    maxLength: 8,
  })
  const calls = fc.uniqueArray(fc.record({ from: name, to: name, ok: fc.nat(9) }), {
    selector: ({ from, to }) => from + to,
    maxLength: 24,
  })
  return fc.record({ types, calls }).map(({ types, calls }) => ({
    nodes: [...'abcdefgh'].map((id, index) => serviceOf(id, index + 1, types[index])),
    edges: calls.map(({ from, to, ok }) => callOf(from, to, ok)),
    covered: undefined,
    oldGroupVersions: false,
  }))
}
