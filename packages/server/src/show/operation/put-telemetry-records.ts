import type { PutTelemetryRecordsOutput } from '@fluoroscope/model'
import { bad, ok, PutTelemetryRecordsInput } from '@fluoroscope/model'
import { type Operation, operation } from '../operation.ts'
import { invalidRequest } from '../operation-error.ts'

/** Checked and taken; X-Ray has no way to read them back (xray-behaviour 12.6). */
export function putTelemetryRecords(): Operation {
  return operation(
    'PutTelemetryRecords',
    '/TelemetryRecords',
    PutTelemetryRecordsInput,
    ({ TelemetryRecords }) => {
      if (TelemetryRecords.length === 0) {
        return bad(invalidRequest('Telemetry records can not be empty'))
      }
      const output: PutTelemetryRecordsOutput = {}
      return ok(output)
    },
  )
}
