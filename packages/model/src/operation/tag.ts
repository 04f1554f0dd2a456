import * as v from 'valibot'
import { textOf } from './wire.ts'

export const TagKey = textOf(1, 128)

/** xray-behaviour 6.6 and 6.8; what a key may hold is checked by meaning. */
export const Tags = v.pipe(
  v.array(v.object({ Key: TagKey, Value: textOf(0, 256) })),
  v.maxLength(200),
)

export const TaggedResource = textOf(1, 1011)
