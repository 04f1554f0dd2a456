import { describe, expect, test } from 'vitest'
import { parseDaemonDatagram } from './daemon-datagram.ts'

const DOCUMENT = '{"name":"a"}'

function bodyOf(datagram: string): string {
  const result = parseDaemonDatagram(Buffer.from(datagram))
  if (!result.ok) throw new Error(result.problem)
  return Buffer.from(result.value).toString()
}

describe('datagrams (5.1)', () => {
  test.each([
    '{"format": "json", "version": 1}\n',
    '{"format":"json","version":1}\n',
    '{"format":"json","version":1}\r\n',
    '  {"version":1, "format":"JSON"} \n',
    '{"format":"json","version":1,"extra":{"a":[1]}}\n',
  ])('header %j', (header) => {
    expect(bodyOf(header + DOCUMENT)).toBe(DOCUMENT)
  })

  test('the body may end in a line feed and have more of them', () => {
    expect(bodyOf('{"format":"json","version":1}\n{\n"name":"a"}\n')).toBe('{\n"name":"a"}\n')
  })

  test.each([
    ['', 'no-header'],
    [DOCUMENT, 'no-header'],
    [`${DOCUMENT}\n`, 'no-header'],
    ['{"format":"json","version":1}', 'no-header'],
    [`${'x'.repeat(600)}\n${DOCUMENT}`, 'no-header'],
    [`\n${DOCUMENT}`, 'bad-header'],
    [`not json\n${DOCUMENT}`, 'bad-header'],
    [`[]\n${DOCUMENT}`, 'bad-header'],
    [`null\n${DOCUMENT}`, 'bad-header'],
    [`{"format":"xml","version":1}\n${DOCUMENT}`, 'unknown-format'],
    [`{"version":1}\n${DOCUMENT}`, 'unknown-format'],
    [`{"format":1,"version":1}\n${DOCUMENT}`, 'unknown-format'],
    [`{"format":"json","version":2}\n${DOCUMENT}`, 'unknown-version'],
    [`{"format":"json","version":"1"}\n${DOCUMENT}`, 'unknown-version'],
    [`{"format":"json"}\n${DOCUMENT}`, 'unknown-version'],
    ['{"format":"json","version":1}\n', 'empty-body'],
    ['{"format":"json","version":1}\n \r\n\t', 'empty-body'],
  ])('%j is %s', (datagram, problem) => {
    expect(parseDaemonDatagram(Buffer.from(datagram))).toEqual({ ok: false, problem })
  })

  test('a header that is not UTF-8', () => {
    const datagram = Buffer.concat([Buffer.from([0xff, 0xfe, 0x0a]), Buffer.from(DOCUMENT)])
    expect(parseDaemonDatagram(datagram)).toEqual({ ok: false, problem: 'bad-header' })
  })
})
