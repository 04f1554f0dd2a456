import { NoInput } from './wire.ts'

/** xray-behaviour 6.6. */
export const GetEncryptionConfigInput = NoInput

/** Of both operations. */
export type EncryptionConfigOutput = {
  readonly EncryptionConfig: {
    readonly KeyId: string | null
    readonly Status: 'ACTIVE' | 'UPDATING'
    readonly Type: 'NONE' | 'KMS'
  }
}
