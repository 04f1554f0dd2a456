import { GetEncryptionConfigInput, ok, type UnixNanos } from '@fluoroscope/model'
import { findEncryption } from '../../act/account-settings.ts'
import type { KeptSettings } from '../../act/kept-settings.ts'
import { printEncryption } from '../account-settings.ts'
import { type Operation, operation } from '../operation.ts'

export function getEncryptionConfig(settings: KeptSettings, now: () => UnixNanos): Operation {
  return operation('GetEncryptionConfig', '/EncryptionConfig', GetEncryptionConfigInput, async () =>
    ok(printEncryption(await findEncryption(settings), now())),
  )
}
