import type { Column, ColumnList } from './column.ts'
import { RowBinaryWriter } from './row-binary.ts'

/** Writes the elements of a list into `values`, then says how many they were. */
export class ListColumn {
  readonly values = new RowBinaryWriter(FIRST_BYTES)
  readonly #ends = new RowBinaryWriter(FIRST_BYTES)
  #end = 0

  /** Ends the list of a row. */
  end(size: number): void {
    this.#end += size
    this.#ends.uint32(this.#end)
    this.#ends.uint32(0)
  }

  /** In the order of the format; emptied. */
  takeParts(): readonly RowBinaryWriter[] {
    this.#end = 0
    return [this.#ends, this.values]
  }
}

/** A list of keys, and one of as many values. */
class MapColumn extends ListColumn {
  readonly keys = new RowBinaryWriter(FIRST_BYTES)

  override takeParts(): readonly RowBinaryWriter[] {
    const [ends, values] = super.takeParts()
    return [ends, this.keys, values].filter((part) => part !== undefined)
  }
}

/** What takes the values of each column. */
type ColumnWriters<Columns extends ColumnList> = {
  readonly [Name in keyof Columns]: Columns[Name] extends Column<ReadonlyMap<string, infer _Value>>
    ? MapColumn
    : Columns[Name] extends Column<readonly (infer _Element)[]>
      ? ListColumn
      : RowBinaryWriter
}

/**
 * Collects rows as a block of ClickHouse's Native format: the values of a column lie together, so the
 * engine takes them at once. Blocks behind one another are one input. A row of `spans` costs the engine half of
 * what it costs in RowBinary (docs/performance.md).
 *
 * Values have the form of RowBinary, but that of a list its ends, elements and keys lie apart.
 */
export class NativeBlock<Columns extends ColumnList> {
  /** Each takes one value a row. */
  readonly columns: ColumnWriters<Columns>
  readonly #heads: readonly Uint8Array[]
  readonly #writers: readonly (RowBinaryWriter | ListColumn)[]
  #rows = 0

  constructor(columns: Columns) {
    const writers = Object.entries(columns).map(
      ([name, { type }]) => [name, writerFor(type)] as const,
    )
    this.#writers = writers.map(([, writer]) => writer)
    this.#heads = Object.entries(columns).map(([name, { type }]) => headOf(name, type))
    // The types of the entries follow from those of the columns, which `writerFor` reads by name.
    this.columns = Object.fromEntries(writers) as ColumnWriters<Columns>
  }

  get rows(): number {
    return this.#rows
  }

  /** Every column has its value. */
  endRow(): void {
    this.#rows += 1
  }

  /** The block since the last call, empty without rows; the array is the caller's. */
  take(): Uint8Array {
    if (this.#rows === 0) return new Uint8Array(0)
    const counts = new RowBinaryWriter(16)
    counts.count(this.#writers.length)
    counts.count(this.#rows)
    this.#rows = 0
    const columns = this.#writers.map((writer) =>
      writer instanceof ListColumn ? writer.takeParts() : [writer],
    )
    const bytes = new Uint8Array(counts.length + sizeOf(this.#heads, columns))
    let at = counts.drain(bytes, 0)
    for (const [index, parts] of columns.entries()) {
      const head = this.#heads[index] ?? new Uint8Array(0)
      bytes.set(head, at)
      at += head.length
      for (const part of parts) at = part.drain(bytes, at)
    }
    return bytes
  }
}

const FIRST_BYTES = 4096

function writerFor(type: string): RowBinaryWriter | ListColumn {
  if (type.startsWith('Map(')) return new MapColumn()
  return type.startsWith('Array(') ? new ListColumn() : new RowBinaryWriter(FIRST_BYTES)
}

function headOf(name: string, type: string): Uint8Array {
  const writer = new RowBinaryWriter(name.length + type.length + 8)
  writer.text(name)
  writer.text(type)
  return writer.take()
}

function sizeOf(
  heads: readonly Uint8Array[],
  columns: readonly (readonly RowBinaryWriter[])[],
): number {
  let size = 0
  for (const head of heads) size += head.length
  for (const parts of columns) for (const part of parts) size += part.length
  return size
}
