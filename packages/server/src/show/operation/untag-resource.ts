import { UntagResourceInput } from '@fluoroscope/model'
import type { KeptSettings } from '../../act/kept-settings.ts'
import { removeTags } from '../../act/tags.ts'
import { noOutput, printed } from '../answer.ts'
import { type Operation, operation } from '../operation.ts'

export function untagResource(settings: KeptSettings): Operation {
  return operation(
    'UntagResource',
    '/UntagResource',
    UntagResourceInput,
    async ({ ResourceARN: arn, TagKeys: keys }, context) =>
      printed(await removeTags(settings, context, arn, keys), noOutput),
  )
}
