import { GetSamplingTargetsInput, GetTraceSummariesInput } from '@fluoroscope/model'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { inputError } from './validation.ts'

function errorOf(schema: v.GenericSchema, input: unknown) {
  const result = v.safeParse(schema, input)
  return result.success ? undefined : inputError(result.issues)
}

const STATISTICS = {
  RuleName: 'Default',
  ClientID: 'a'.repeat(24),
  Timestamp: 1,
  RequestCount: 1,
  SampledCount: 1,
}

test('names the member of a structure in a list', () => {
  const input = { SamplingStatisticsDocuments: [STATISTICS, { ...STATISTICS, ClientID: 'short' }] }
  expect(errorOf(GetSamplingTargetsInput, input)).toEqual({
    kind: 'validation',
    message:
      "1 validation error detected: Value 'short' at 'samplingStatisticsDocuments.2.member.clientID' failed to satisfy constraint: Member must have length greater than or equal to 24",
  })
})

test('counts all violations', () => {
  const input = { SamplingStatisticsDocuments: [{ ...STATISTICS, RequestCount: -1, RuleName: '' }] }
  expect(errorOf(GetSamplingTargetsInput, input)?.message).toMatch(
    /^2 validation errors detected: .*'' at 'samplingStatisticsDocuments\.1\.member\.ruleName'.*; Value '-1' at 'samplingStatisticsDocuments\.1\.member\.requestCount' failed to satisfy constraint: Member must have value greater than or equal to 0$/,
  )
})

test('more statistics than allowed', () => {
  const input = { SamplingStatisticsDocuments: Array.from({ length: 27 }, () => STATISTICS) }
  expect(errorOf(GetSamplingTargetsInput, input)?.message).toContain(
    "at 'samplingStatisticsDocuments' failed to satisfy constraint: Member must have length less than or equal to 26",
  )
})

test.each([
  ['a text for a time', { StartTime: '1', EndTime: 2 }],
  ['a time beyond all calendars', { StartTime: 1e300, EndTime: 2 }],
  ['a number for an enum', { StartTime: 1, EndTime: 2, TimeRangeType: 5 }],
  ['a list for a structure', { StartTime: 1, EndTime: 2, SamplingStrategy: [], Sampling: 'yes' }],
])('%s has the wrong type', (_what, input) => {
  expect(errorOf(GetTraceSummariesInput, input)?.kind).toBe('serialization')
})

test('null means absent', () => {
  const input = { StartTime: 1, EndTime: 2, TimeRangeType: null, NextToken: null, Sampling: null }
  expect(errorOf(GetTraceSummariesInput, input)).toBeUndefined()
})
