import type {
  Insight,
  InsightEvent,
  InsightId,
  RequestImpact,
  ServiceKey,
} from '@fluoroscope/model'
import { ARRAY, ENUM8, INSTANT, type Row, TEXT, UINT64 } from '../store/column.ts'
import { identifier, joinSql, type Sql } from '../store/sql.ts'

/** What is told of an insight at one time; a row of `insights` holds it and {@link INSIGHT_COLUMNS}. */
export const EVENT_COLUMNS = {
  updated: INSTANT,
  summary: TEXT,
  client_fault: UINT64,
  client_ok: UINT64,
  client_total: UINT64,
  cause_fault: UINT64,
  cause_ok: UINT64,
  cause_total: UINT64,
  anomalous_names: ARRAY(TEXT),
  anomalous_types: ARRAY(TEXT),
  anomalous_accounts: ARRAY(TEXT),
} as const

/** A state of an insight; '' where the model has undefined. */
export const INSIGHT_COLUMNS = {
  id: TEXT,
  group_arn: TEXT,
  group_name: TEXT,
  state: ENUM8({ active: 0, closed: 1 }),
  start: INSTANT,
  end: INSTANT,
  cause_name: TEXT,
  cause_type: TEXT,
  cause_account: TEXT,
  ...EVENT_COLUMNS,
} as const

/** The names of columns as a query lists them. */
export function columnNames(columns: Readonly<Record<string, unknown>>): Sql {
  return joinSql(Object.keys(columns).map(identifier), ', ')
}

export function insightOf(row: Row<typeof INSIGHT_COLUMNS>): Insight {
  const { state, end } = row
  return {
    id: row.id as InsightId,
    group: { name: row.group_name, arn: row.group_arn },
    rootCause: keyOf(row.cause_name, row.cause_type, row.cause_account),
    start: row.start,
    latest: eventOf(row),
    ...(state === 'active' ? { state } : { state, end }),
  }
}

export function eventOf(row: Row<typeof EVENT_COLUMNS>): InsightEvent {
  return {
    at: row.updated,
    summary: row.summary,
    clientImpact: impactOf(row.client_fault, row.client_ok, row.client_total),
    rootCauseImpact: impactOf(row.cause_fault, row.cause_ok, row.cause_total),
    anomalousServices: row.anomalous_names.map((name, index) =>
      keyOf(name, row.anomalous_types[index] ?? '', row.anomalous_accounts[index] ?? ''),
    ),
  }
}

function impactOf(fault: bigint, ok: bigint, total: bigint): RequestImpact {
  return { fault: Number(fault), ok: Number(ok), total: Number(total) }
}

function keyOf(name: string, type: string, account: string): ServiceKey {
  return { name, type: type || undefined, account: account || undefined }
}
