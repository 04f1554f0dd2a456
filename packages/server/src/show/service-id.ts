import type { ServiceIdOutput, ServiceKey } from '@fluoroscope/model'

export function printServiceId(key: ServiceKey): ServiceIdOutput {
  return {
    Name: key.name,
    Names: [key.name],
    AccountId: key.account ?? null,
    Type: key.type ?? null,
  }
}
