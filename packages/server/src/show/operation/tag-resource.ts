import { TagResourceInput } from '@fluoroscope/model'
import type { KeptSettings } from '../../act/kept-settings.ts'
import { putTags } from '../../act/tags.ts'
import { noOutput, printed } from '../answer.ts'
import { type Operation, operation } from '../operation.ts'

export function tagResource(settings: KeptSettings): Operation {
  return operation(
    'TagResource',
    '/TagResource',
    TagResourceInput,
    async ({ ResourceARN: arn, Tags: tags }, context) =>
      printed(await putTags(settings, context, arn, tags), noOutput),
  )
}
