import * as v from 'valibot'
import { TaggedResource } from './tag.ts'
import { optional } from './wire.ts'

/** xray-behaviour 6.6; a token is ignored (1.4). */
export const ListTagsForResourceInput = v.object({
  ResourceARN: TaggedResource,
  NextToken: optional(v.string()),
})

export type ListTagsForResourceOutput = {
  readonly Tags: readonly { readonly Key: string; readonly Value: string }[]
  readonly NextToken: null
}
