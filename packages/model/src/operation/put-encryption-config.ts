import * as v from 'valibot'
import { optional, textOf } from './wire.ts'

/** xray-behaviour 6.6 and 12.3. */
export const PutEncryptionConfigInput = v.object({
  Type: v.picklist(['NONE', 'KMS']),
  KeyId: optional(textOf(1, 3000)),
})
