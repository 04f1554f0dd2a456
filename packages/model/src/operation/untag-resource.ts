import * as v from 'valibot'
import { TaggedResource, TagKey } from './tag.ts'

/** xray-behaviour 6.6 and 12.5. */
export const UntagResourceInput = v.object({
  ResourceARN: TaggedResource,
  TagKeys: v.pipe(v.array(TagKey), v.maxLength(200)),
})
