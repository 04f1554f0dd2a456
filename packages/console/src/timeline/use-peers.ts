import { secondsFromUnixNanos } from '@fluoroscope/model'
import { useEffect, useState } from 'preact/hooks'
import { readServiceGraph } from '../answer/service-graph.ts'
import { ask } from '../client.ts'
import { instantAt, type TraceRows } from '../trace-rows/trace-rows.ts'
import { type Peers, peersOf } from './peers.ts'

const PEER_SECONDS = 86_400

/**
 * How long others took in the 24 hours up to the end of the trace, asked for once; undefined until it
 * is known, and where the server does not tell: badges are an addition, a trace shows without.
 */
export function usePeers(rows: TraceRows | undefined): Peers | undefined {
  const [peers, setPeers] = useState<Peers | undefined>(undefined)
  const end =
    rows === undefined ? undefined : Math.ceil(secondsFromUnixNanos(instantAt(rows, rows.span)))
  const minute = end === undefined ? undefined : Math.ceil(end / 60) * 60
  useEffect(() => {
    if (minute === undefined) return
    let isLatest = true
    const range = { StartTime: minute - PEER_SECONDS, EndTime: minute }
    void ask('/ServiceGraph', range, readServiceGraph).then((answer) => {
      if (isLatest && answer.ok) setPeers(peersOf(answer.value))
    })
    return () => {
      isLatest = false
    }
  }, [minute])
  return peers
}
