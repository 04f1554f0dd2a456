import { type JsonValue, type SamplingRule, unixNanosFromSeconds } from '@fluoroscope/model'
import {
  AnswerError,
  readList,
  readObject,
  readOptionalNumber,
  readOptionalText,
  readText,
} from './json-reader.ts'

/** A group as its page shows it; the group of all traces has no filter. */
export type ListedGroup = {
  readonly name: string
  readonly filter: string | undefined
  readonly insightsEnabled: boolean
  readonly notificationsEnabled: boolean
}

/** Ten seconds of one rule, summed over all clients. */
export type SamplingColumn = {
  readonly rule: string
  /** Epoch seconds at which the ten seconds begin. */
  readonly start: number
  readonly requests: number
  readonly borrowed: number
  readonly sampled: number
}

/** Reads the answer of `GetGroups` (xray-behaviour 6.3); throws {@link AnswerError}. */
export function readGroups(answer: JsonValue): readonly ListedGroup[] {
  return readList(readObject(answer, 'the answer')['Groups'], 'Groups').map((value, index) => {
    const where = `Groups[${index}]`
    const group = readObject(value, where)
    const insights = readObject(group['InsightsConfiguration'] ?? {}, `${where}.Insights`)
    return {
      name: readText(group['GroupName'], `${where}.GroupName`),
      filter: readOptionalText(group['FilterExpression'], `${where}.FilterExpression`),
      insightsEnabled: insights['InsightsEnabled'] === true,
      notificationsEnabled: insights['NotificationsEnabled'] === true,
    }
  })
}

/** A rule as it is listed: where it was made is in its ARN, which nothing here needs. */
export type ListedRule = Omit<SamplingRule, 'scope'>

/** Reads the answer of `GetSamplingRules` (xray-behaviour 11.1); throws {@link AnswerError}. */
export function readSamplingRules(answer: JsonValue): readonly ListedRule[] {
  const records = readObject(answer, 'the answer')['SamplingRuleRecords']
  return readList(records, 'SamplingRuleRecords').map((record, index) =>
    readRule(record, `SamplingRuleRecords[${index}]`),
  )
}

/** Reads the answer of `GetSamplingStatisticSummaries` (11.4); throws {@link AnswerError}. */
export function readSamplingTrend(answer: JsonValue): readonly SamplingColumn[] {
  const summaries = readObject(answer, 'the answer')['SamplingStatisticSummaries']
  return readList(summaries, 'SamplingStatisticSummaries').map((value, index) => {
    const where = `SamplingStatisticSummaries[${index}]`
    const summary = readObject(value, where)
    const count = (member: string) => readNumber(summary[member], `${where}.${member}`)
    return {
      rule: readText(summary['RuleName'], `${where}.RuleName`),
      start: count('Timestamp'),
      requests: count('RequestCount'),
      borrowed: count('BorrowCount'),
      sampled: count('SampledCount'),
    }
  })
}

function readRule(value: JsonValue, at: string): ListedRule {
  const record = readObject(value, at)
  const where = `${at}.SamplingRule`
  const rule = readObject(record['SamplingRule'], where)
  const text = (member: string) => readText(rule[member], `${where}.${member}`)
  const number = (member: string) => readNumber(rule[member], `${where}.${member}`)
  const instant = (member: string) =>
    unixNanosFromSeconds(readNumber(record[member], `${at}.${member}`))
  return {
    name: text('RuleName'),
    priority: number('Priority'),
    fixedRate: number('FixedRate'),
    reservoirSize: number('ReservoirSize'),
    serviceName: text('ServiceName'),
    serviceType: text('ServiceType'),
    host: text('Host'),
    httpMethod: text('HTTPMethod'),
    urlPath: text('URLPath'),
    resourceArn: text('ResourceARN'),
    attributes: readTextMap(rule['Attributes'] ?? {}, `${where}.Attributes`),
    boost: readBoost(rule['SamplingRateBoost'], `${where}.SamplingRateBoost`),
    created: instant('CreatedAt'),
    modified: instant('ModifiedAt'),
  }
}

function readBoost(value: JsonValue | undefined, where: string): ListedRule['boost'] {
  if (value === undefined || value === null) return undefined
  const boost = readObject(value, where)
  return {
    maxRate: readNumber(boost['MaxRate'], `${where}.MaxRate`),
    cooldownMinutes: readNumber(boost['CooldownWindowMinutes'], `${where}.CooldownWindowMinutes`),
  }
}

function readTextMap(value: JsonValue, where: string): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(readObject(value, where)).map(([key, text]) => [
      key,
      readText(text, `${where}.${key}`),
    ]),
  )
}

function readNumber(value: JsonValue | undefined, where: string): number {
  const number = readOptionalNumber(value, where)
  if (number === undefined) throw new AnswerError(`${where} is not a number`)
  return number
}
