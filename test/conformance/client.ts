/** A call's outcome in the words that all clients share. */
export type Answer =
  | { readonly kind: 'output'; readonly body: Body }
  | {
      readonly kind: 'error'
      readonly status: number
      readonly type: string
      readonly message: string | null
      /** Of errors that name a resource; the AWS CLI does not show it. */
      readonly resourceName?: string | null
    }
  /** The client gave up before it sent anything. */
  | { readonly kind: 'unsent'; readonly reason: string }

/** Members without a value are left out, times are epoch seconds. */
export type Body = Readonly<Record<string, unknown>>

export type ClientName = '@aws-sdk/client-xray' | 'boto3' | 'AWS CLI'

/** An official client, its own checks of parameters off where it has any. */
export type OfficialClient = {
  readonly name: ClientName
  call(operation: string, input: Body): Promise<Answer>
  close(): Promise<void>
}

export const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }
export const REGION = 'eu-central-1'
/** What a server without `--account` takes for the caller's. */
export const ACCOUNT = '000000000000'
