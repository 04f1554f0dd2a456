import type { Insight, InsightEvent, ServiceKey } from '@fluoroscope/model'
import { parseInsightId, unixNanos } from '@fluoroscope/model'
import { BOOL, type Row } from '../store/column.ts'
import type { Database } from '../store/database.ts'
import { RowBinaryWriter } from '../store/row-binary.ts'
import { writeRow } from './graph-columns.ts'
import { INSIGHT_COLUMNS } from './insight-columns.ts'

/** For tests only: the instant this many seconds after 1970. */
export function instantAt(seconds: number) {
  return unixNanos(BigInt(seconds) * 1_000_000_000n)
}

/** For tests only: an id that is known by its number. */
export function insightIdOf(number: number) {
  const id = parseInsightId(`00000000-0000-4000-8000-${String(number).padStart(12, '0')}`)
  if (id === undefined) throw new Error(`${number} makes no id`)
  return id
}

/** For tests only: what an event may have told. */
export function insightEventAt(seconds: number, more: Partial<InsightEvent> = {}): InsightEvent {
  const cause = { name: 'payments', type: 'AWS::ECS::Container', account: undefined }
  return {
    at: instantAt(seconds),
    summary: 'Faults of payments.',
    clientImpact: { fault: 3, ok: 90, total: 95 },
    rootCauseImpact: { fault: 4, ok: 16, total: 20 },
    anomalousServices: [cause, { name: 'front', type: undefined, account: '111122223333' }],
    ...more,
  }
}

/** For tests only: writes states of insights as a detector would. */
export async function insertInsights(
  database: Database,
  insights: readonly Insight[],
  event = true,
): Promise<void> {
  const writer = new RowBinaryWriter(4096)
  for (const insight of insights) writeRow(writer, COLUMNS, { event, ...insightColumns(insight) })
  const statement = `INSERT INTO insights (${Object.keys(COLUMNS).join(', ')}) FORMAT RowBinary`
  inserts += 1
  await database.insert(statement, once(writer.take()), `insights-${inserts}`)
}

let inserts = 0

const COLUMNS = { event: BOOL, ...INSIGHT_COLUMNS } as const

function insightColumns(insight: Insight): Row<typeof INSIGHT_COLUMNS> {
  const { id, group, rootCause, start, state, latest } = insight
  return {
    id,
    group_arn: group.arn,
    group_name: group.name,
    state,
    start,
    end: insight.state === 'closed' ? insight.end : unixNanos(0n),
    cause_name: rootCause.name,
    cause_type: rootCause.type ?? '',
    cause_account: rootCause.account ?? '',
    updated: latest.at,
    summary: latest.summary,
    client_fault: BigInt(latest.clientImpact.fault),
    client_ok: BigInt(latest.clientImpact.ok),
    client_total: BigInt(latest.clientImpact.total),
    cause_fault: BigInt(latest.rootCauseImpact.fault),
    cause_ok: BigInt(latest.rootCauseImpact.ok),
    cause_total: BigInt(latest.rootCauseImpact.total),
    ...anomalousColumns(latest.anomalousServices),
  }
}

function anomalousColumns(services: readonly ServiceKey[]) {
  return {
    anomalous_names: services.map(({ name }) => name),
    anomalous_types: services.map(({ type }) => type ?? ''),
    anomalous_accounts: services.map(({ account }) => account ?? ''),
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
