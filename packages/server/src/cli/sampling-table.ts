import {
  DEFAULT_SAMPLING_RULE,
  findSamplingRuleFlaws,
  type GetSamplingRulesOutput,
  inSamplingOrder,
  type SamplingRuleFlaw,
  unreachable,
} from '@fluoroscope/model'
import { safeText } from './cell-text.ts'
import type { Paint } from './paint.ts'
import { layoutTable, type TableColumn } from './text-table.ts'

type Records = GetSamplingRulesOutput['SamplingRuleRecords']

/** A rule of an answer, and why it has less effect than it seems. */
export type ListedRule = {
  readonly record: Records[number]
  readonly flaw: SamplingRuleFlaw | undefined
}

/** In the order in which clients ask them. */
export function findListedRules(records: Records): readonly ListedRule[] {
  const rules = records.map((record) => {
    const { SamplingRule: rule } = record
    return {
      ...DEFAULT_SAMPLING_RULE,
      record,
      name: rule.RuleName,
      priority: rule.Priority,
      serviceName: rule.ServiceName,
      serviceType: rule.ServiceType,
      host: rule.Host,
      httpMethod: rule.HTTPMethod,
      urlPath: rule.URLPath,
      resourceArn: rule.ResourceARN,
      attributes: new Map(Object.entries(rule.Attributes)),
    }
  })
  const flaws = findSamplingRuleFlaws(rules)
  return inSamplingOrder(rules).map(({ record, name }) => ({ record, flaw: flaws.get(name) }))
}

export function layoutSamplingTable(
  rules: readonly ListedRule[],
  width: number,
  paint: Paint,
): readonly string[] {
  const rows = rules.map(({ record: { SamplingRule: rule }, flaw }) => [
    { text: String(rule.Priority) },
    { text: safeText(rule.RuleName) },
    { text: `${Number((rule.FixedRate * 100).toPrecision(6))}%` },
    { text: String(rule.ReservoirSize) },
    { text: safeText(rule.ServiceName) },
    { text: safeText(rule.ServiceType) },
    { text: safeText(rule.Host) },
    { text: safeText(rule.HTTPMethod) },
    { text: safeText(rule.URLPath) },
    { text: flaw === undefined ? '' : flawText(flaw), ink: 'yellow' as const },
  ])
  return layoutTable(COLUMNS, rows, width, paint)
}

/** For a person. */
export function flawText(flaw: SamplingRuleFlaw): string {
  switch (flaw.kind) {
    case 'shadowed':
      return `never asked: "${safeText(flaw.by)}" takes all it would match`
    case 'never-matches':
      return `never matches: ${flaw.reason}`
    case 'skipped-by-sdks':
      return `skipped by the X-Ray SDKs: ${flaw.reason}`
    default:
      return unreachable(flaw)
  }
}

const COLUMNS: readonly TableColumn[] = [
  { title: 'PRIORITY', align: 'right' },
  { title: 'NAME', min: 10 },
  { title: 'RATE', align: 'right' },
  { title: 'RESERVOIR', align: 'right' },
  { title: 'SERVICE', min: 7, rank: 2 },
  { title: 'TYPE', min: 4, rank: 5 },
  { title: 'HOST', min: 4, rank: 3 },
  { title: 'METHOD', min: 6, rank: 4 },
  { title: 'PATH', min: 6, rank: 1 },
  { title: 'NOTE', min: 14 },
]
