import { describe, expect, test } from 'vitest'
import { parseStackTrace } from './stack-trace.ts'

function lines(...text: readonly string[]): string {
  return text.join('\n')
}

describe('Java', () => {
  const text = lines(
    'com.shop.OrderException: no stock',
    '\tat app//com.shop.Orders.load(Orders.java:41)',
    '\tat java.base/java.lang.Thread.run(Thread.java)',
    '\tat com.shop.Fast.call(Native Method)',
    '\tSuppressed: java.io.IOException: closing',
    '\t\tat com.shop.Pool.close(Pool.java:7)',
    'Caused by: java.sql.SQLException: first line',
    'second line',
    '\tat com.shop.Store.read(Store.java:9)',
    '\t... 2 more',
    'Caused by: java.net.SocketTimeoutException',
    '\t... 5 more',
  )

  test('frames, without loader and module, without suppressed exceptions', () => {
    expect(parseStackTrace(text, 'java').frames).toEqual([
      { path: 'Orders.java', line: 41, label: 'com.shop.Orders.load' },
      { path: 'Thread.java', line: undefined, label: 'java.lang.Thread.run' },
      { path: 'Native Method', line: undefined, label: 'com.shop.Fast.call' },
    ])
  })

  test('the chain of causes', () => {
    expect(parseStackTrace(text, 'java').causes).toEqual([
      {
        type: 'java.sql.SQLException',
        message: 'first line\nsecond line',
        frames: [{ path: 'Store.java', line: 9, label: 'com.shop.Store.read' }],
      },
      { type: 'java.net.SocketTimeoutException', message: '', frames: [] },
    ])
  })

  test('Windows line ends; PHP writes the same', () => {
    const windows = text.replaceAll('\n', '\r\n')
    expect(parseStackTrace(windows, 'java')).toEqual(parseStackTrace(text, 'java'))
    expect(parseStackTrace(text, 'php')).toEqual(parseStackTrace(text, 'java'))
  })
})

describe('Python', () => {
  const text = lines(
    'Traceback (most recent call last):',
    '  File "/srv/store.py", line 9, in read',
    '    return self.rows[key]',
    '           ~~~~~~~~~^^^^^',
    'KeyError: 17',
    '',
    'During handling of the above exception, another exception occurred:',
    '',
    'Traceback (most recent call last):',
    '  File "/srv/app.py", line 30, in <module>',
    '    main()',
    '  File "/srv/app.py", line 21, in main',
    '    raise OrderError("no order", key) from None',
    'shop.OrderError: no order: 17',
    '',
  )

  test('frames, innermost first', () => {
    expect(parseStackTrace(text, 'python').frames).toEqual([
      { path: '/srv/app.py', line: 21, label: 'main' },
      { path: '/srv/app.py', line: 30, label: '<module>' },
    ])
  })

  test('what was handled before is the cause', () => {
    expect(parseStackTrace(text, 'python').causes).toEqual([
      {
        type: 'KeyError',
        message: '17',
        frames: [{ path: '/srv/store.py', line: 9, label: 'read' }],
      },
    ])
  })

  test('a direct cause; of three the middle one comes first', () => {
    const direct = 'The above exception was the direct cause of the following exception:'
    const chain = lines('A: 1', '', direct, '', 'B: 2', 'more', '', direct, '', 'C: 3')
    expect(parseStackTrace(chain, 'python').causes).toEqual([
      { type: 'B', message: '2\nmore', frames: [] },
      { type: 'A', message: '1', frames: [] },
    ])
  })
})

describe('JavaScript', () => {
  const text = lines(
    'TypeError: Cannot read properties of undefined',
    '    at load (/srv/orders.js:41:13)',
    '    at /srv/index.js:7:3',
    '    at async Server.<anonymous> (file:///srv/server.mjs:12:5)',
    '    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
    '    at Array.map (<anonymous>)',
    '    at native',
  )

  test.each(['javascript', 'nodejs', 'webjs'])('frames of %s', (language) => {
    expect(parseStackTrace(text, language)).toEqual({
      frames: [
        { path: '/srv/orders.js', line: 41, label: 'load' },
        { path: '/srv/index.js', line: 7, label: undefined },
        { path: 'file:///srv/server.mjs', line: 12, label: 'async Server.<anonymous>' },
        {
          path: 'node:internal/process/task_queues',
          line: 95,
          label: 'process.processTicksAndRejections',
        },
        { path: '<anonymous>', line: undefined, label: 'Array.map' },
        { path: 'native', line: undefined, label: undefined },
      ],
      causes: [],
    })
  })
})

test('frames of .NET, with and without symbols', () => {
  const text = lines(
    'System.InvalidOperationException: no stock',
    '   at Shop.Orders.Load(String id) in /src/Shop/Orders.cs:line 41',
    '   at Shop.Program.<Main>$(String[] args)',
    '--- End of stack trace from previous location ---',
  )
  expect(parseStackTrace(text, 'dotnet').frames).toEqual([
    { path: '/src/Shop/Orders.cs', line: 41, label: 'Shop.Orders.Load(String id)' },
    { path: undefined, line: undefined, label: 'Shop.Program.<Main>$(String[] args)' },
  ])
})

test('frames of Go', () => {
  const text = lines(
    'goroutine 1 [running]:',
    'main.load(0x1)',
    '\t/srv/orders.go:41 +0x1d',
    'main.main()',
    '\t/srv/main.go:7',
    'created by main.start in goroutine 1',
    '\t/srv/main.go:3 +0x5',
    '',
  )
  expect(parseStackTrace(text, 'go').frames).toEqual([
    { path: '/srv/orders.go', line: 41, label: 'main.load(0x1)' },
    { path: '/srv/main.go', line: 7, label: 'main.main()' },
    { path: '/srv/main.go', line: 3, label: 'created by main.start in goroutine 1' },
  ])
})

test('other languages have no frames', () => {
  const none = { frames: [], causes: [] }
  expect(parseStackTrace('\tat a(b:1)', 'ruby')).toEqual(none)
  expect(parseStackTrace('\tat a(b:1)', undefined)).toEqual(none)
})
