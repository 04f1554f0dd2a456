import * as v from 'valibot'
import { TaggedResource, Tags } from './tag.ts'

/** xray-behaviour 6.6 and 12.5. */
export const TagResourceInput = v.object({ ResourceARN: TaggedResource, Tags })
