import { randomBytes } from 'node:crypto'
import type { Nanos, UnixNanos } from '@fluoroscope/model'
import type { CheckFilter } from './act/groups.ts'
import { Sampling } from './act/sampling.ts'
import { createGroup } from './show/operation/create-group.ts'
import { createSamplingRule } from './show/operation/create-sampling-rule.ts'
import { deleteGroup } from './show/operation/delete-group.ts'
import { deleteResourcePolicy } from './show/operation/delete-resource-policy.ts'
import { deleteSamplingRule } from './show/operation/delete-sampling-rule.ts'
import { getEncryptionConfig } from './show/operation/get-encryption-config.ts'
import { getGroup } from './show/operation/get-group.ts'
import { getGroups } from './show/operation/get-groups.ts'
import { getIndexingRules } from './show/operation/get-indexing-rules.ts'
import { getSamplingRules } from './show/operation/get-sampling-rules.ts'
import { getSamplingStatisticSummaries } from './show/operation/get-sampling-statistic-summaries.ts'
import { getSamplingTargets } from './show/operation/get-sampling-targets.ts'
import { getTraceSegmentDestination } from './show/operation/get-trace-segment-destination.ts'
import { listResourcePolicies } from './show/operation/list-resource-policies.ts'
import { listTagsForResource } from './show/operation/list-tags-for-resource.ts'
import { putEncryptionConfig } from './show/operation/put-encryption-config.ts'
import { putResourcePolicy } from './show/operation/put-resource-policy.ts'
import { tagResource } from './show/operation/tag-resource.ts'
import { untagResource } from './show/operation/untag-resource.ts'
import { updateGroup } from './show/operation/update-group.ts'
import { updateIndexingRule } from './show/operation/update-indexing-rule.ts'
import { updateSamplingRule } from './show/operation/update-sampling-rule.ts'
import { updateTraceSegmentDestination } from './show/operation/update-trace-segment-destination.ts'
import type { Operation } from './show/operation.ts'
import type { SharedReports } from './store/sampling-reports.ts'
import type { Settings } from './store/settings.ts'

export type SettingsOperationsOptions = {
  readonly settings: Settings
  readonly now: () => UnixNanos
  /** What is wrong with a group's expression; undefined for nothing. */
  readonly checkFilter: CheckFilter
  /** How long traces are kept. */
  readonly retention: Nanos
  /** Where several servers share the store. */
  readonly sharedReports?: SharedReports | undefined
}

/** The operations that read and change what people set. */
export function settingsOperations(options: SettingsOperationsOptions): readonly Operation[] {
  const { settings, now, checkFilter, retention } = options
  const groups = { checkFilter, retention, randomBytes: () => randomBytes(GROUP_ID_BYTES) }
  const sampling = new Sampling(settings, now, options.sharedReports)
  return [
    createGroup(settings, groups),
    updateGroup(settings, groups),
    getGroup(settings),
    getGroups(settings),
    deleteGroup(settings),
    createSamplingRule(settings),
    updateSamplingRule(settings),
    deleteSamplingRule(settings),
    getSamplingRules(settings),
    getSamplingTargets(sampling),
    getSamplingStatisticSummaries(sampling),
    tagResource(settings),
    untagResource(settings),
    listTagsForResource(settings),
    putResourcePolicy(settings),
    deleteResourcePolicy(settings),
    listResourcePolicies(settings),
    getEncryptionConfig(settings, now),
    putEncryptionConfig(settings),
    getTraceSegmentDestination(settings, now),
    updateTraceSegmentDestination(settings, now),
    getIndexingRules(settings),
    updateIndexingRule(settings),
  ]
}

/** 52 characters of 5 bits. */
const GROUP_ID_BYTES = 32
