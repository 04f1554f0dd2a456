/** How answers name a service (xray-behaviour 8.1). */
export type ServiceIdOutput = {
  readonly Name: string
  readonly Names: readonly string[]
  readonly AccountId: string | null
  readonly Type: string | null
}
