import { NoInput } from './wire.ts'

/** xray-behaviour 6.6. */
export const GetEncryptionConfigInput = NoInput

export type GetEncryptionConfigOutput = {
  readonly EncryptionConfig: {
    readonly KeyId: string | null
    readonly Status: 'ACTIVE' | 'UPDATING'
    readonly Type: 'NONE' | 'KMS'
  }
}
