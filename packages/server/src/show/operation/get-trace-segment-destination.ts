import { GetTraceSegmentDestinationInput, ok, type UnixNanos } from '@fluoroscope/model'
import { findDestination } from '../../act/account-settings.ts'
import type { KeptSettings } from '../../act/kept-settings.ts'
import { printDestination } from '../account-settings.ts'
import { type Operation, operation } from '../operation.ts'

export function getTraceSegmentDestination(
  settings: KeptSettings,
  now: () => UnixNanos,
): Operation {
  return operation(
    'GetTraceSegmentDestination',
    '/GetTraceSegmentDestination',
    GetTraceSegmentDestinationInput,
    async () => ok(printDestination(await findDestination(settings), now())),
  )
}
