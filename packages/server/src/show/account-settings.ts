import type {
  EncryptionConfigOutput,
  IndexingRuleOutput,
  TraceSegmentDestinationOutput,
  UnixNanos,
} from '@fluoroscope/model'
import { secondsFromUnixNanos } from '@fluoroscope/model'
import {
  type Destination,
  type EncryptionConfig,
  type IndexingRule,
  isSettling,
} from '../act/account-settings.ts'

/** As it stands at `now`. */
export function printEncryption(config: EncryptionConfig, now: UnixNanos): EncryptionConfigOutput {
  return {
    EncryptionConfig: {
      KeyId: config.key ?? null,
      Status: isSettling(config.changed, now) ? 'UPDATING' : 'ACTIVE',
      Type: config.type,
    },
  }
}

/** As it stands at `now`. */
export function printDestination(
  { destination, changed }: Destination,
  now: UnixNanos,
): TraceSegmentDestinationOutput {
  return { Destination: destination, Status: isSettling(changed, now) ? 'PENDING' : 'ACTIVE' }
}

/** All traces are indexed, whatever is wished for. */
export function printIndexingRule(rule: IndexingRule): IndexingRuleOutput {
  return {
    Name: rule.name,
    ModifiedAt: secondsFromUnixNanos(rule.modified),
    Rule: {
      Probabilistic: {
        DesiredSamplingPercentage: rule.desiredPercentage,
        ActualSamplingPercentage: 100,
      },
    },
  }
}
