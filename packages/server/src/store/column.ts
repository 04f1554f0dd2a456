import type { EntityId, TraceId, UnixNanos } from '@fluoroscope/model'
import { unixNanos } from '@fluoroscope/model'
import type { RowBinaryReader, RowBinaryWriter } from './row-binary.ts'

/** How values of one column type are written to and read from RowBinary. */
export type Column<Value> = {
  /** ClickHouse's name of the type, as {@link plainTypeName} leaves it. */
  readonly type: string
  write(writer: RowBinaryWriter, value: Value): void
  read(reader: RowBinaryReader): Value
}

/** Names and types of a result, in the order of its columns. */
export type ColumnList = Readonly<Record<string, Column<unknown>>>

/** What a column list reads. */
export type Row<Columns extends ColumnList> = {
  readonly [Name in keyof Columns]: Columns[Name] extends Column<infer Value> ? Value : never
}

export const TEXT: Column<string> = {
  type: 'String',
  write: (writer, value) => writer.text(value),
  read: (reader) => reader.text(),
}

/** A text of the engine's that is no text of ours. */
export const BYTES: Column<Uint8Array> = {
  type: 'String',
  write: (writer, value) => writer.sizedBytes(value),
  read: (reader) => reader.bytes(),
}

export const UINT8: Column<number> = {
  type: 'UInt8',
  write: (writer, value) => writer.uint8(value),
  read: (reader) => reader.uint8(),
}

export const UINT16: Column<number> = {
  type: 'UInt16',
  write: (writer, value) => writer.uint16(value),
  read: (reader) => reader.uint16(),
}

export const UINT32: Column<number> = {
  type: 'UInt32',
  write: (writer, value) => writer.uint32(value),
  read: (reader) => reader.uint32(),
}

export const INT64: Column<bigint> = {
  type: 'Int64',
  write: (writer, value) => writer.int64(value),
  read: (reader) => reader.int64(),
}

export const UINT64: Column<bigint> = {
  type: 'UInt64',
  write: (writer, value) => writer.uint64(value),
  read: (reader) => reader.uint64(),
}

export const FLOAT64: Column<number> = {
  type: 'Float64',
  write: (writer, value) => writer.float64(value),
  read: (reader) => reader.float64(),
}

export const BOOL: Column<boolean> = {
  type: 'Bool',
  write: (writer, value) => writer.bool(value),
  read: (reader) => reader.bool(),
}

export const INSTANT: Column<UnixNanos> = {
  type: 'DateTime64(9)',
  write: (writer, value) => writer.int64(value),
  read: (reader) => unixNanos(reader.int64()),
}

/** Whole unix seconds. */
export const MINUTE: Column<number> = {
  type: 'DateTime',
  write: (writer, value) => writer.uint32(value),
  read: (reader) => reader.uint32(),
}

/** Days since 1970-01-01. */
export const DAY: Column<number> = {
  type: 'Date',
  write: (writer, value) => writer.uint16(value),
  read: (reader) => reader.uint16(),
}

export const TRACE_ID: Column<TraceId> = {
  type: 'FixedString(16)',
  write: (writer, value) => writer.traceId(value),
  read: (reader) => reader.traceId(),
}

export const ENTITY_ID: Column<EntityId | undefined> = {
  type: 'UInt64',
  write: (writer, value) => writer.entityId(value),
  read: (reader) => reader.entityId(),
}

export const MAP_TEXT: Column<ReadonlyMap<string, string>> = mapOf(TEXT)
export const MAP_FLOAT64: Column<ReadonlyMap<string, number>> = mapOf(FLOAT64)
export const MAP_BOOL: Column<ReadonlyMap<string, boolean>> = mapOf(BOOL)

export function ARRAY<Value>(element: Column<Value>): Column<readonly Value[]> {
  return {
    type: `Array(${element.type})`,
    write(writer, value) {
      writer.count(value.length)
      for (const each of value) element.write(writer, each)
    },
    read(reader) {
      const count = reader.count()
      const values: Value[] = []
      for (let index = 0; index < count; index++) values.push(element.read(reader))
      return values
    },
  }
}

/** Names and their numbers (-128 to 127), exactly as the table declares them. */
export function ENUM8<Name extends string>(numbers: Readonly<Record<Name, number>>): Column<Name> {
  const entries = (Object.entries<number>(numbers) as [Name, number][]).sort((a, b) => a[1] - b[1])
  const names = new Map(entries.map(([name, number]) => [number, name]))
  return {
    type: `Enum8(${entries.map(([name, number]) => `'${name}' = ${number}`).join(', ')})`,
    write: (writer, value) => writer.uint8(numbers[value] & 0xff),
    read(reader) {
      const number = reader.int8()
      const name = names.get(number)
      if (name === undefined) throw new RangeError(`${number} is not a value of the enumeration`)
      return name
    },
  }
}

/** The type without what does not change its bytes: `LowCardinality(…)`, aggregates, time zones. */
export function plainTypeName(type: string): string {
  return type
    .replaceAll(/SimpleAggregateFunction\(\w+, ([^()]*(?:\([^()]*\))?[^()]*)\)/g, '$1')
    .replaceAll(/LowCardinality\(([^()]*(?:\([^()]*\))?[^()]*)\)/g, '$1')
    .replaceAll(/DateTime\('[^']*'\)/g, 'DateTime')
    .replaceAll(/DateTime64\((\d), '[^']*'\)/g, 'DateTime64($1)')
}

function mapOf<Value>(value: Column<Value>): Column<ReadonlyMap<string, Value>> {
  return {
    type: `Map(String, ${value.type})`,
    write(writer, map) {
      writer.count(map.size)
      for (const [key, each] of map) {
        writer.text(key)
        value.write(writer, each)
      }
    },
    read(reader) {
      const count = reader.count()
      const map = new Map<string, Value>()
      for (let index = 0; index < count; index++) map.set(reader.text(), value.read(reader))
      return map
    },
  }
}
