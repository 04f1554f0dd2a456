import type { GetEncryptionConfigOutput } from '@fluoroscope/model'
import { GetEncryptionConfigInput, ok } from '@fluoroscope/model'
import { type Operation, operation } from '../operation.ts'

export function getEncryptionConfig(): Operation {
  return operation('GetEncryptionConfig', '/EncryptionConfig', GetEncryptionConfigInput, () => {
    const output: GetEncryptionConfigOutput = {
      EncryptionConfig: { KeyId: null, Status: 'ACTIVE', Type: 'NONE' },
    }
    return ok(output)
  })
}
