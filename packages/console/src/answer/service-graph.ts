import type { JsonValue, RequestStatistics, ServiceEdge, ServiceKey } from '@fluoroscope/model'
import type { CollapseRule } from '../service-graph/collapse-rule.ts'
import {
  AnswerError,
  readList,
  readObject,
  readOptionalNumber,
  readOptionalText,
  readText,
} from './json-reader.ts'

/** How many requests took so long; ascending in a list. */
export type HistogramEntry = { readonly seconds: number; readonly count: number }

/** A service of the graph as the map needs it. */
export type MapNode = {
  /** Names the node in addresses and between answers: made of its key alone. */
  readonly id: string
  readonly key: ServiceKey
  readonly root: boolean
  /** `active` reports by itself; anything else is known from its callers only. */
  readonly reports: boolean
  /** Of a client: that of its calls, which is all there is. */
  readonly statistics: RequestStatistics
  readonly responseTimes: readonly HistogramEntry[]
  /** The services that are drawn as this one node; undefined for a single one. */
  readonly bundle: Bundle | undefined
}

/** Several services in the place of one. */
type Bundle = {
  readonly rule: CollapseRule
  readonly members: readonly MapNode[]
  /** How many of its requests are calls among its members. */
  readonly innerRequests: number
}

/** A call, or a link from what sent a message to what received it. */
export type MapEdge = {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly type: ServiceEdge['type']
  readonly statistics: RequestStatistics
  /** As the caller saw it. */
  readonly responseTimes: readonly HistogramEntry[]
  /** Links: time from sending to receiving. */
  readonly receivedEventAges: readonly HistogramEntry[]
  readonly aliases: readonly string[]
  /** The calls that are drawn as this one, where an end of it is a bundle; else none. */
  readonly parts: readonly MapEdge[]
}

export type ReceivedGraph = {
  readonly nodes: readonly MapNode[]
  readonly edges: readonly MapEdge[]
  /** Starts of the first and the last trace, epoch seconds; undefined where there is none. */
  readonly covered: { readonly from: number; readonly to: number } | undefined
  /** The range holds traces that were judged by an earlier expression of the group. */
  readonly oldGroupVersions: boolean
}

const NO_REQUESTS: RequestStatistics = { ok: 0, error: 0, throttle: 0, fault: 0, totalNanos: 0 }

/** Reads the answer of `POST /ServiceGraph` (xray-behaviour 9.3 to 9.6); throws {@link AnswerError}. */
export function readServiceGraph(answer: JsonValue): ReceivedGraph {
  const body = readObject(answer, 'the answer')
  const services = readList(body['Services'], 'Services').map((value, index) =>
    readObject(value, `Services[${index}]`),
  )
  const ids = new Map<number, string>()
  const nodes = services.map((service, index) => {
    const where = `Services[${index}]`
    const node = readNode(service, where)
    ids.set(readNumber(service['ReferenceId'], `${where}.ReferenceId`), node.id)
    return node
  })
  const edges = services.flatMap((service, index) => {
    const where = `Services[${index}].Edges`
    const from = nodes[index]?.id ?? ''
    return readList(service['Edges'], where).map((value, position) =>
      readEdge(value, from, ids, `${where}[${position}]`),
    )
  })
  const from = readOptionalNumber(body['StartTime'], 'StartTime')
  const to = readOptionalNumber(body['EndTime'], 'EndTime')
  return {
    nodes: nodes.map((node) => (node.key.type === 'client' ? withCalls(node, edges) : node)),
    edges,
    covered: from === undefined || to === undefined ? undefined : { from, to },
    oldGroupVersions: body['ContainsOldGroupVersions'] === true,
  }
}

/** Statistics as answers write them (9.6); empty and null ones count nothing. */
export function readStatistics(value: JsonValue | undefined, where: string): RequestStatistics {
  const given = readObject(value ?? {}, where)
  if (given['TotalCount'] === undefined) return NO_REQUESTS
  const errors = readObject(given['ErrorStatistics'] ?? {}, `${where}.ErrorStatistics`)
  const faults = readObject(given['FaultStatistics'] ?? {}, `${where}.FaultStatistics`)
  const count = (member: JsonValue | undefined, name: string) =>
    readOptionalNumber(member, `${where}.${name}`) ?? 0
  return {
    ok: count(given['OkCount'], 'OkCount'),
    error: count(errors['OtherCount'], 'ErrorStatistics.OtherCount'),
    throttle: count(errors['ThrottleCount'], 'ErrorStatistics.ThrottleCount'),
    fault: count(faults['TotalCount'], 'FaultStatistics.TotalCount'),
    totalNanos: Math.round(count(given['TotalResponseTime'], 'TotalResponseTime') * 1e9),
  }
}

/** All requests, whatever their outcome. */
export function totalOf({ ok, error, throttle, fault }: RequestStatistics): number {
  return ok + error + throttle + fault
}

/** The services that a node stands for: itself, where it is no bundle. */
export function membersOf(node: MapNode): readonly MapNode[] {
  return node.bundle === undefined ? [node] : node.bundle.members
}

/** Services that nodes stand for. */
export function countServices(nodes: readonly MapNode[]): number {
  return nodes.reduce((sum, node) => sum + membersOf(node).length, 0)
}

function readNode(service: Readonly<Record<string, JsonValue>>, where: string): MapNode {
  const key: ServiceKey = {
    name: readText(service['Name'], `${where}.Name`),
    type: readOptionalText(service['Type'], `${where}.Type`),
    account: readOptionalText(service['AccountId'], `${where}.AccountId`),
  }
  return {
    id: idOf(key),
    key,
    root: service['Root'] === true,
    reports: service['State'] === 'active',
    statistics: readStatistics(service['SummaryStatistics'], `${where}.SummaryStatistics`),
    responseTimes: readHistogram(
      service['ResponseTimeHistogram'],
      `${where}.ResponseTimeHistogram`,
    ),
    bundle: undefined,
  }
}

function readEdge(
  value: JsonValue,
  from: string,
  ids: ReadonlyMap<number, string>,
  where: string,
): MapEdge {
  const edge = readObject(value, where)
  const to = ids.get(readNumber(edge['ReferenceId'], `${where}.ReferenceId`))
  if (to === undefined) throw new AnswerError(`${where} leads to a service that is not there`)
  const type = edge['EdgeType'] === 'link' ? 'link' : 'call'
  return {
    id: `${from}${type === 'link' ? '>>' : '>'}${to}`,
    from,
    to,
    type,
    statistics: readStatistics(edge['SummaryStatistics'], `${where}.SummaryStatistics`),
    responseTimes: readHistogram(edge['ResponseTimeHistogram'], `${where}.ResponseTimeHistogram`),
    receivedEventAges: readHistogram(
      edge['ReceivedEventAgeHistogram'],
      `${where}.ReceivedEventAgeHistogram`,
    ),
    aliases: readList(edge['Aliases'], `${where}.Aliases`).map((alias, index) => {
      const at = `${where}.Aliases[${index}]`
      return readText(readObject(alias, at)['Name'], `${at}.Name`)
    }),
    parts: [],
  }
}

/** Ascending; X-Ray's lists are in no order. */
function readHistogram(value: JsonValue | undefined, where: string): readonly HistogramEntry[] {
  return readList(value, where)
    .map((item, index) => {
      const entry = readObject(item, `${where}[${index}]`)
      return {
        seconds: readNumber(entry['Value'], `${where}[${index}].Value`),
        count: readNumber(entry['Count'], `${where}[${index}].Count`),
      }
    })
    .sort((a, b) => a.seconds - b.seconds)
}

function readNumber(value: JsonValue | undefined, where: string): number {
  const number = readOptionalNumber(value, where)
  if (number === undefined) throw new AnswerError(`${where} is missing`)
  return number
}

function withCalls(client: MapNode, edges: readonly MapEdge[]): MapNode {
  const calls = edges.filter(({ from }) => from === client.id)
  const sum = (member: keyof RequestStatistics) =>
    calls.reduce((total, { statistics }) => total + statistics[member], 0)
  return {
    ...client,
    statistics: {
      ok: sum('ok'),
      error: sum('error'),
      throttle: sum('throttle'),
      fault: sum('fault'),
      totalNanos: sum('totalNanos'),
    },
    responseTimes: calls
      .flatMap(({ responseTimes }) => responseTimes)
      .sort((a, b) => a.seconds - b.seconds),
  }
}

/** Encoded, so that no name can look like another's key, and `>` stays free for edges. */
function idOf({ name, type, account }: ServiceKey): string {
  return [name, type ?? '', account ?? '']
    .map((part) => encodeURIComponent(part).replaceAll('~', '%7E'))
    .join('~')
}
