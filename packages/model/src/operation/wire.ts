import * as v from 'valibot'
import { MAX_UNIX_SECONDS, type UnixNanos, unixNanosFromSeconds } from '../time.ts'

/** Epoch seconds of a request as an instant; anything but a number in range has the wrong type. */
export const Timestamp: v.GenericSchema<number, UnixNanos> = v.pipe(
  v.number(),
  v.check((seconds) => Math.abs(seconds) <= MAX_UNIX_SECONDS),
  v.transform(unixNanosFromSeconds),
)

/** An optional member: null means absent. */
export function optional<const Schema extends v.GenericSchema>(
  schema: Schema,
): v.NullishSchema<Schema, undefined> {
  return v.nullish(schema)
}

/** A text whose length has a bound, in UTF-16 units. */
export function textOf(
  least: number,
  most: number,
): v.SchemaWithPipe<
  readonly [
    v.StringSchema<undefined>,
    v.MinLengthAction<string, number, undefined>,
    v.MaxLengthAction<string, number, undefined>,
  ]
> {
  return v.pipe(v.string(), v.minLength(least), v.maxLength(most))
}

/** A whole number; fractions have the wrong type. */
export const Count = v.pipe(
  v.number(),
  v.check((value) => Number.isSafeInteger(value)),
)

export const AtLeastZero = v.pipe(Count, v.minValue(0))

/** A share, 0 to 1. */
export const Share = v.pipe(v.number(), v.minValue(0), v.maxValue(1))

/** Operations without input still get `{}`. */
export const NoInput = v.object({})

export const NextTokenOnly = v.object({ NextToken: optional(v.string()) })

/** For the two operations whose tokens are short (xray-behaviour 1.4). */
export const ShortNextTokenOnly = v.object({ NextToken: optional(textOf(1, 100)) })

/** xray-behaviour 6.8. */
export const RetrievalToken = v.pipe(v.string(), v.maxLength(1020))
