import { type UnixNanos, UpdateTraceSegmentDestinationInput } from '@fluoroscope/model'
import { putDestination } from '../../act/account-settings.ts'
import type { KeptSettings } from '../../act/kept-settings.ts'
import { printDestination } from '../account-settings.ts'
import { printed } from '../answer.ts'
import { type Operation, operation } from '../operation.ts'

export function updateTraceSegmentDestination(
  settings: KeptSettings,
  now: () => UnixNanos,
): Operation {
  return operation(
    'UpdateTraceSegmentDestination',
    '/UpdateTraceSegmentDestination',
    UpdateTraceSegmentDestinationInput,
    async (input) =>
      printed(await putDestination(settings, input.Destination), (destination) =>
        printDestination(destination, now()),
      ),
  )
}
