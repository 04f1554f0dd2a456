import { PutEncryptionConfigInput } from '@fluoroscope/model'
import { putEncryption } from '../../act/account-settings.ts'
import type { KeptSettings } from '../../act/kept-settings.ts'
import { printEncryption } from '../account-settings.ts'
import { printed } from '../answer.ts'
import { type Operation, operation } from '../operation.ts'

export function putEncryptionConfig(settings: KeptSettings): Operation {
  return operation(
    'PutEncryptionConfig',
    '/PutEncryptionConfig',
    PutEncryptionConfigInput,
    async (input, context) =>
      printed(await putEncryption(settings, context, input), (config) =>
        printEncryption(config, config.changed),
      ),
  )
}
