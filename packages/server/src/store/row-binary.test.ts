import { parseEntityId, parseTraceId } from '@fluoroscope/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ARRAY, MAP_TEXT, plainTypeName, TEXT, UINT32 } from './column.ts'
import { StoreError } from './database.ts'
import { ResultReader } from './result-reader.ts'
import { RowBinaryReader, RowBinaryWriter } from './row-binary.ts'

const trace = parseTraceId('1-58406520-a006649127e371903a2de979')
const entity = parseEntityId('00f067aa0ba902b7')
if (trace === undefined || entity === undefined) throw new Error('the ids are right')

test('writes the bytes that ClickHouse documents for RowBinary', () => {
  const writer = new RowBinaryWriter(1)
  writer.uint16(0x0102)
  writer.text('aé')
  writer.bool(true)
  writer.count(300)
  writer.int64(-2n)
  writer.traceId(trace)
  writer.entityId(entity)
  writer.entityId(undefined)
  expect(Buffer.from(writer.take()).toString('hex')).toBe(
    '0201' +
      '0361c3a9' +
      '01' +
      'ac02' +
      'feffffffffffffff' +
      '58406520a006649127e371903a2de979' +
      'b702a90baa67f000' +
      '0000000000000000',
  )
  expect(writer.length).toBe(0)
})

test('a row given up half way leaves nothing', () => {
  const writer = new RowBinaryWriter()
  writer.text('kept')
  const { length } = writer
  writer.text('given up')
  writer.truncate(length)
  expect(Buffer.from(writer.take()).toString('latin1')).toBe('\x04kept')
})

test('every text comes back, a lone surrogate as U+FFFD', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: 'grapheme' }),
  )
  fc.assert(
    fc.property(fc.array(texts), (values) => {
      const writer = new RowBinaryWriter(4)
      ARRAY(TEXT).write(writer, values)
      const reader = new RowBinaryReader()
      reader.push(writer.take())
      const given = ARRAY(TEXT).read(reader)
      expect(given).toEqual(values.map((value) => value.replaceAll(/\p{Surrogate}/gu, '\uFFFD')))
      expect(reader.remaining).toBe(0)
    }),
  )
})

test('a result is read wherever its bytes are cut', () => {
  const columns = { n: UINT32, list: ARRAY(TEXT), map: MAP_TEXT }
  const rows = Array.from({ length: 5 }, (_, n) => ({
    n,
    list: ['x'.repeat(n * 60), 'ü'],
    map: new Map([['k', `v${n}`]]),
  }))
  const writer = new RowBinaryWriter()
  writer.count(3)
  for (const name of ['map', 'n', 'list']) writer.text(name)
  for (const type of ['Map(LowCardinality(String), String)', 'UInt32', 'Array(String)']) {
    writer.text(type)
  }
  for (const row of rows) {
    MAP_TEXT.write(writer, row.map)
    UINT32.write(writer, row.n)
    ARRAY(TEXT).write(writer, row.list)
  }
  const bytes = writer.take()
  for (let size = 1; size < bytes.length; size += 7) {
    const reader = new ResultReader(columns)
    const given = []
    for (let at = 0; at < bytes.length; at += size) {
      given.push(...reader.read(bytes.subarray(at, at + size)))
    }
    reader.end()
    expect(given).toEqual(rows)
  }
  const short = new ResultReader(columns)
  short.read(bytes.subarray(0, -1))
  expect(() => short.end()).toThrow(StoreError)
})

test.each([
  ['LowCardinality(String)', 'String'],
  ['LowCardinality(FixedString(16))', 'FixedString(16)'],
  ['Map(LowCardinality(String), Bool)', 'Map(String, Bool)'],
  ["Array(DateTime64(9, 'UTC'))", 'Array(DateTime64(9))'],
  ["DateTime('Europe/Berlin')", 'DateTime'],
  ['SimpleAggregateFunction(sum, UInt64)', 'UInt64'],
  ["Enum8('a' = 1)", "Enum8('a' = 1)"],
  ['Nullable(String)', 'Nullable(String)'],
])('%s is read as %s', (type, plain) => {
  expect(plainTypeName(type)).toBe(plain)
})
