import type { Result } from '@fluoroscope/model'
import {
  type ListedGroup,
  type ListedRule,
  readGroups,
  readSamplingRules,
  readSamplingTrend,
  type SamplingColumn,
} from './answer/settings.ts'
import { ask, type ClientProblem } from './client.ts'

type Answer<Value> = Promise<Result<Value, ClientProblem>>

/** All groups, that of all traces included. */
export function fetchGroups(): Answer<readonly ListedGroup[]> {
  return ask('/Groups', {}, readGroups)
}

/** Makes a group, or changes the one of that name. */
export function saveGroup(group: ListedGroup, isNew: boolean): Answer<void> {
  return ask(
    isNew ? '/CreateGroup' : '/UpdateGroup',
    {
      GroupName: group.name,
      FilterExpression: group.filter,
      InsightsConfiguration: {
        InsightsEnabled: group.insightsEnabled,
        NotificationsEnabled: group.notificationsEnabled,
      },
    },
    nothing,
  )
}

export function deleteGroup(name: string): Answer<void> {
  return ask('/DeleteGroup', { GroupName: name }, nothing)
}

/** All sampling rules, Default last. */
export function fetchSamplingRules(): Answer<readonly ListedRule[]> {
  return ask('/GetSamplingRules', {}, readSamplingRules)
}

/** What clients reported of the last five minutes, oldest first. */
export function fetchSamplingTrend(): Answer<readonly SamplingColumn[]> {
  return ask('/SamplingStatisticSummaries', {}, readSamplingTrend)
}

/** Makes a rule from the members of `CreateSamplingRule`. */
export function createSamplingRule(members: object): Answer<void> {
  return ask('/CreateSamplingRule', { SamplingRule: members }, nothing)
}

/** Changes a rule by the members of `UpdateSamplingRule`. */
export function updateSamplingRule(members: object): Answer<void> {
  return ask('/UpdateSamplingRule', { SamplingRuleUpdate: members }, nothing)
}

export function deleteSamplingRule(name: string): Answer<void> {
  return ask('/DeleteSamplingRule', { RuleName: name }, nothing)
}

function nothing(): void {
  // What was asked for was done; the lists are asked again.
}
