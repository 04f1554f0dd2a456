import type { ListTagsForResourceOutput } from '@fluoroscope/model'
import { ListTagsForResourceInput } from '@fluoroscope/model'
import type { KeptSettings } from '../../act/kept-settings.ts'
import { findTags } from '../../act/tags.ts'
import { printed } from '../answer.ts'
import { type Operation, operation } from '../operation.ts'

export function listTagsForResource(settings: KeptSettings): Operation {
  return operation(
    'ListTagsForResource',
    '/ListTagsForResource',
    ListTagsForResourceInput,
    async ({ ResourceARN: arn }, context) =>
      printed(
        await findTags(settings, context, arn),
        (tags): ListTagsForResourceOutput => ({
          Tags: [...tags].map(([Key, Value]) => ({ Key, Value })),
          NextToken: null,
        }),
      ),
  )
}
