import { type Column, type ColumnList, plainTypeName, type Row } from './column.ts'
import { StoreError } from './database.ts'
import { OUT_OF_BYTES, RowBinaryReader } from './row-binary.ts'

/** Reads a result in `RowBinaryWithNamesAndTypes` that arrives in pieces, through a column list. */
export class ResultReader<Columns extends ColumnList> {
  readonly #columns: Columns
  readonly #reader = new RowBinaryReader()
  #order: readonly (readonly [name: string, column: Column<unknown>])[] | undefined

  constructor(columns: Columns) {
    this.#columns = columns
  }

  /** The rows that are whole by now. @throws StoreError `failed` where names or types differ */
  read(chunk: Uint8Array): Row<Columns>[] {
    const reader = this.#reader
    const rows: Row<Columns>[] = []
    reader.push(chunk)
    try {
      reader.mark()
      this.#order ??= this.#header()
      while (reader.remaining > 0) {
        reader.mark()
        rows.push(readRow<Columns>(reader, this.#order))
      }
    } catch (cause) {
      if (cause !== OUT_OF_BYTES) throw cause
      reader.rewind()
    }
    return rows
  }

  /** @throws StoreError where the result ends within a row or before its header */
  end(): void {
    if (this.#order === undefined || this.#reader.remaining > 0) {
      throw new StoreError('the result ends within a row', 'unavailable')
    }
  }

  #header(): readonly (readonly [string, Column<unknown>])[] {
    const reader = this.#reader
    const count = reader.count()
    const names = Array.from({ length: count }, () => reader.text())
    const types = Array.from({ length: count }, () => plainTypeName(reader.text()))
    const given = names.map((name, index) => `${name} ${types[index]}`)
    const wanted = Object.entries(this.#columns).map(([name, { type }]) => `${name} ${type}`)
    if (given.toSorted().join() !== wanted.toSorted().join()) {
      const message = `the result has the columns (${given.join(', ')}), wanted are (${wanted.join(', ')})`
      throw new StoreError(message, 'failed')
    }
    return names.flatMap((name) => {
      const column = this.#columns[name]
      return column === undefined ? [] : [[name, column] as const]
    })
  }
}

function readRow<Columns extends ColumnList>(
  reader: RowBinaryReader,
  order: readonly (readonly [name: string, column: Column<unknown>])[],
): Row<Columns> {
  const row: Record<string, unknown> = {}
  for (const [name, column] of order) row[name] = column.read(reader)
  return row as Row<Columns>
}
