/** A document no well-behaved sender makes, and what has to become of it. */
export type HostileDocument = {
  /** Unique, for test titles. */
  readonly name: string
  readonly bytes: Buffer
  readonly expected:
    | { readonly kind: 'rejected'; readonly code: string }
    /** Stored, with so many values of wrong types left out. */
    | { readonly kind: 'tolerated'; readonly ignored: number }
}

/**
 * About two hundred hostile documents, always the same: malformed, of wrong types, huge, deep, wide,
 * with keys of the prototype and with bytes that are not UTF-8. Those that are tolerated belong to the
 * trace `traceId`, each with an id of its own.
 */
export function hostileDocuments(traceId: string): readonly HostileDocument[] {
  let count = 0
  const good: GoodDocument = (members = {}) => {
    count++
    return {
      name: 'hostile',
      id: count.toString(16).padStart(16, 'd'),
      trace_id: traceId,
      start_time: 1760559104.12,
      end_time: 1760559104.31,
      ...members,
    }
  }
  return [
    ...malformed(good),
    ...wrongRequired(good),
    ...wrongOptional(good),
    ...embedded(good),
    ...times(good),
    ...bounds(good),
    ...prototypeKeys(good),
    ...encodings(good),
    ...otherFormats(),
  ]
}

type Members = Record<string, unknown>
type GoodDocument = (members?: Members) => Members
type Content = string | Members | Buffer

function rejected(name: string, code: string, content: Content): HostileDocument {
  return { name, bytes: bytesOf(content), expected: { kind: 'rejected', code } }
}

function tolerated(name: string, ignored: number, content: Content): HostileDocument {
  return { name, bytes: bytesOf(content), expected: { kind: 'tolerated', ignored } }
}

function bytesOf(content: Content): Buffer {
  if (Buffer.isBuffer(content)) return content
  return Buffer.from(typeof content === 'string' ? content : JSON.stringify(content))
}

/** A good document in which the text of one member is replaced by text that need not be JSON. */
function withRaw(document: Members, member: string, raw: string): string {
  return JSON.stringify({ ...document, [member]: '@here@' }).replace('"@here@"', () => raw)
}

function malformed(good: GoodDocument): HostileDocument[] {
  const text = JSON.stringify(good({ annotations: { key: 'value' } }))
  const cuts = Array.from({ length: 24 }, (_, index) =>
    Math.floor(((index + 1) * (text.length - 1)) / 25),
  )
  const texts: [string, string][] = [
    ['nothing', ''],
    ['white space', ' \n\t'],
    ['a word', 'not json'],
    ['a closing brace too many', `${text}}`],
    ['two documents', `${text}${text}`],
    ['two documents on lines', `${text}\n${text}`],
    ['single quotes', text.replaceAll('"', "'")],
    ['a trailing comma', `${text.slice(0, -1)},}`],
    ['a comment', `/* x */${text}`],
    ['a NUL behind', `${text}\0`],
    ['a line feed in a string', text.replace('hostile', 'hos\ntile')],
    ['an unknown escape', text.replace('hostile', 'hos\\qtile')],
    ['a broken unicode escape', text.replace('hostile', 'hos\\u12tile')],
    ['NaN', withRaw(good(), 'start_time', 'NaN')],
    ['Infinity', withRaw(good(), 'start_time', 'Infinity')],
    ['a hexadecimal number', withRaw(good(), 'start_time', '0x10')],
    ['a leading zero', withRaw(good(), 'start_time', '01')],
    ['a leading plus', withRaw(good(), 'start_time', '+1')],
    ['undefined', withRaw(good(), 'user', 'undefined')],
  ]
  const others: [string, string][] = ['null', 'true', '1', '"text"', '[]', '[{}]'].map((each) => [
    `the JSON value ${each}`,
    each,
  ])
  return [
    ...cuts.map((cut) => rejected(`cut after ${cut} bytes`, 'ParseError', text.slice(0, cut))),
    ...[...texts, ...others].map(([name, each]) => rejected(name, 'ParseError', each)),
  ]
}

const WRONG_VALUES: [string, unknown][] = [
  ['a number', 5],
  ['a boolean', true],
  ['a list', [1]],
  ['an object', { a: 1 }],
]

function wrongRequired(good: GoodDocument): HostileDocument[] {
  const documents: HostileDocument[] = []
  for (const [member, suffix] of [
    ['id', 'Id'],
    ['name', 'Name'],
    ['trace_id', 'TraceId'],
  ] as const) {
    for (const [name, value] of WRONG_VALUES) {
      documents.push(rejected(`${member}: ${name}`, `Invalid${suffix}`, good({ [member]: value })))
    }
    documents.push(rejected(`${member}: empty`, `Missing${suffix}`, good({ [member]: '' })))
    documents.push(rejected(`${member}: null`, `Missing${suffix}`, good({ [member]: null })))
    documents.push(rejected(`${member}: absent`, `Missing${suffix}`, good({ [member]: undefined })))
  }
  const ids = ['x', '0', 'g'.repeat(16), 'a'.repeat(15), 'a'.repeat(17), '\u0660'.repeat(16)]
  const traceIds = ['1-', '2-68f00000-111122223333444455556666', 'f'.repeat(31), '1-68f00000']
  const names = ['a?b', '<script>', "a'; DROP TABLE spans; --", 'a\0b', '\u202e$', '\ud800']
  return [
    ...documents,
    ...ids.map((id) => rejected(`id ${id}`, 'InvalidId', good({ id }))),
    ...ids.map((each) => rejected(`parent ${each}`, 'InvalidParentId', good({ parent_id: each }))),
    ...traceIds.map((each) =>
      rejected(`trace ${each}`, 'InvalidTraceId', good({ trace_id: each })),
    ),
    ...names.map((each) =>
      rejected(`name ${JSON.stringify(each)}`, 'InvalidName', good({ name: each })),
    ),
    rejected('an unknown type', 'UnknownType', good({ type: 'span' })),
    rejected('no parent', 'MissingParentId', good({ type: 'subsegment' })),
    rejected(
      'a parent that is a number',
      'MissingParentId',
      good({ type: 'subsegment', parent_id: 1 }),
    ),
  ]
}

function wrongOptional(good: GoodDocument): HostileDocument[] {
  const texts = ['user', 'origin', 'resource_arn']
  const objects = ['http', 'aws', 'service', 'annotations', 'metadata']
  const wrong = [
    ...texts.flatMap((member) => WRONG_VALUES.map(([name, value]) => ({ member, name, value }))),
    ...objects.flatMap((member) =>
      WRONG_VALUES.slice(0, 3).map(([name, value]) => ({ member, name, value })),
    ),
    ...['fault', 'error', 'throttle'].flatMap((member) => [
      { member, name: 'a text', value: 'true' },
      { member, name: 'a number', value: 1 },
    ]),
    { member: 'cause', name: 'a number', value: 5 },
    { member: 'links', name: 'an object', value: {} },
    { member: 'subsegments', name: 'an object', value: {} },
    { member: 'subsegments', name: 'a text', value: 'x' },
    { member: 'type', name: 'a number', value: 5 },
    { member: 'parent_id', name: 'a number', value: 5 },
    { member: 'in_progress', name: 'a text', value: 'false' },
  ]
  return [
    ...wrong.map(({ member, name, value }) =>
      tolerated(`${member}: ${name}`, 1, good({ [member]: value })),
    ),
    tolerated('a status of text', 1, good({ http: { response: { status: 'ok' } } })),
    tolerated('a status out of range', 1, good({ http: { response: { status: 65536 } } })),
    tolerated('a broken length', 1, good({ http: { response: { content_length: 1.5 } } })),
    tolerated('annotations of other types', 3, good({ annotations: { a: [], b: {}, c: null } })),
    tolerated('an endless annotation', 1, withRaw(good(), 'annotations', '{"a":1e400}')),
    tolerated('exceptions that are none', 3, good({ cause: { exceptions: [1, 'x', []] } })),
    tolerated('a stack that is none', 1, good({ cause: { exceptions: [{ stack: 'at x' }] } })),
    tolerated('links that are none', 2, good({ links: [{ trace_id: 'x', id: 'y' }, 1] })),
  ]
}

function embedded(good: GoodDocument): HostileDocument[] {
  const child = { name: 'child', id: 'eeeeeeeeeeeeeeee', start_time: 1, end_time: 2 }
  const defects: [string, Members][] = [
    ['MissingId', { id: undefined }],
    ['InvalidId', { id: 'x' }],
    ['MissingName', { name: undefined }],
    ['InvalidName', { name: 'a?b' }],
    ['MissingStartTime', { start_time: undefined }],
    ['InvalidStartTime', { start_time: '1' }],
    ['MissingEndTime', { end_time: undefined }],
    ['InvalidEndTime', { end_time: [] }],
    ['InProgressSubsegmentHasEndTime', { in_progress: true }],
  ]
  return [
    ...defects.map(([code, members]) =>
      rejected(
        `a child with ${code}`,
        code,
        good({ subsegments: [child, { ...child, ...members }] }),
      ),
    ),
    ...[null, 5, 'x', []].map((each) =>
      rejected(`a child ${JSON.stringify(each)}`, 'ParseError', good({ subsegments: [each] })),
    ),
  ]
}

function times(good: GoodDocument): HostileDocument[] {
  const numbers = ['1e400', '-1e400', '1e300', '9.3e9', '-9.3e9', '"1760559104"', '[]', 'true']
  return [
    ...numbers.map((each) =>
      rejected(`start_time ${each}`, 'InvalidStartTime', withRaw(good(), 'start_time', each)),
    ),
    ...numbers.map((each) =>
      rejected(`end_time ${each}`, 'InvalidEndTime', withRaw(good(), 'end_time', each)),
    ),
    rejected('times 570 years apart', 'InvalidEndTime', good({ start_time: -9e9, end_time: 9e9 })),
    rejected('open with an end', 'InProgressSegmentHasEndTime', good({ in_progress: true })),
    rejected('neither open nor ended', 'MissingEndTime', good({ end_time: undefined })),
    tolerated('a start of zero', 0, good({ start_time: 0 })),
    tolerated('a start in 1685', 0, good({ start_time: -9e9, end_time: -9e9 + 1 })),
    tolerated('an end in 2255', 0, good({ start_time: 8.9e9, end_time: 9e9 })),
    tolerated('an end before the start', 0, good({ start_time: 20, end_time: 10 })),
    tolerated('the smallest number', 0, good({ start_time: 5e-324, end_time: 5e-324 })),
  ]
}

function bounds(good: GoodDocument): HostileDocument[] {
  const nest = (open: string, close: string, depth: number) =>
    open.repeat(depth) + close.repeat(depth)
  const wide = `[${'[],'.repeat(70_000)}[]]`
  return [
    rejected('40,000 brackets', 'DocumentTooDeep', '['.repeat(40_000)),
    rejected('deep lists', 'DocumentTooDeep', withRaw(good(), 'metadata', nest('[', ']', 10_000))),
    rejected('deep objects', 'DocumentTooDeep', withRaw(good(), 'aws', deepObject(10_000))),
    rejected(
      'deep annotations',
      'DocumentTooDeep',
      withRaw(good(), 'annotations', deepObject(200)),
    ),
    rejected('deep subsegments', 'DocumentTooDeep', good({ subsegments: [tower(500)] })),
    rejected('70,000 lists', 'DocumentTooLarge', withRaw(good(), 'metadata', wide)),
    rejected('a huge name', 'DocumentTooLarge', good({ name: 'x'.repeat(300_000) })),
    rejected(
      'a huge annotation',
      'DocumentTooLarge',
      good({ annotations: { a: 'x'.repeat(3e5) } }),
    ),
    rejected('300 KB of spaces', 'DocumentTooLarge', ' '.repeat(300_000)),
    rejected('many digits', 'InvalidStartTime', withRaw(good(), 'start_time', '9'.repeat(9000))),
    tolerated('a name of 1,000 letters', 0, good({ name: 'x'.repeat(1000) })),
    tolerated('2,000 annotations', 0, good({ annotations: manyKeys(2000) })),
    tolerated('1,000 links that are lists', 1000, good({ links: Array(1000).fill([]) })),
  ]
}

function deepObject(depth: number): string {
  return `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
}

/** Subsegments one in another. */
function tower(levels: number): Members {
  const level = { name: 'level', id: 'eeeeeeeeeeeeeeee', start_time: 1, end_time: 2 }
  let top: Members = level
  for (let built = 0; built < levels; built++) top = { ...level, subsegments: [top] }
  return top
}

function manyKeys(count: number): Members {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, index]))
}

function prototypeKeys(good: GoodDocument): HostileDocument[] {
  const places = ['annotations', 'metadata', 'aws', 'http', 'service', 'cause']
  const keys = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']
  return [
    ...places.map((place) =>
      tolerated(
        `prototype keys in ${place}`,
        0,
        withRaw(good(), place, `{${keys.map((key) => `"${key}":"x"`).join(',')}}`),
      ),
    ),
    tolerated(
      'a prototype beside the members',
      0,
      withRaw(good(), 'x', '1,"__proto__":{"id":"y"}'),
    ),
    rejected(
      'members only in the prototype',
      'MissingId',
      `{"__proto__":${JSON.stringify(good())}}`,
    ),
  ]
}

function encodings(good: GoodDocument): HostileDocument[] {
  const sequences: [string, number[]][] = [
    ['a lone continuation byte', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['an overlong NUL', [0xe0, 0x80, 0x80]],
    ['an encoded surrogate', [0xed, 0xa0, 0x80]],
    ['a code point beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
    ['a sequence cut short', [0xe2, 0x82]],
    ['0xFF', [0xff]],
  ]
  const around = JSON.stringify(good({ user: '@here@' })).split('@here@')
  const utf16 = Buffer.from(JSON.stringify(good()), 'utf16le')
  return [
    ...sequences.map(([name, bytes]) =>
      rejected(
        name,
        'ParseError',
        Buffer.concat([
          Buffer.from(around[0] ?? ''),
          Buffer.from(bytes),
          Buffer.from(around[1] ?? ''),
        ]),
      ),
    ),
    rejected('UTF-16', 'ParseError', utf16),
    rejected('gzip', 'ParseError', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0])),
    tolerated('an escaped lone surrogate', 0, withRaw(good(), 'user', '"\\ud800"')),
    tolerated('a right-to-left override', 0, good({ user: '\u202eabc' })),
    tolerated('escaped NULs', 0, good({ user: 'a\0b', annotations: { 'a\0': '\0' } })),
    tolerated('quotes and SQL', 0, good({ user: "'; DROP TABLE spans; --\\'" })),
    tolerated('markup', 0, good({ user: '<script>alert(1)</script>' })),
  ]
}

function otherFormats(): HostileDocument[] {
  return ['T1SCgU=', 'T1UCgU=', 'T1S%%', 'T1S'.repeat(2000)].map((each) =>
    rejected(`OTLP in base 64: ${each.slice(0, 8)}`, 'ParseError', each),
  )
}
