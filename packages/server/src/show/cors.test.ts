import { ok } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import { createBodies } from '../bodies.ts'
import { ByteBudget } from '../lib/byte-budget.ts'
import { createOtlpApp } from './app.ts'
import { RequestCounts } from './request-counts.ts'

const SHOP = 'https://shop.example'

/** Sends what a browser sends for a page of `origin`, to a server that lets pages of `allowed` send. */
async function ask(
  allowed: readonly string[],
  method: string,
  origin: string,
  path = '/v1/traces',
) {
  const app = createOtlpApp({
    storeSpans: async () => ok({ count: 0, messages: [] }),
    bodies: createBodies({ maxBodyBytes: 1000, budget: new ByteBudget(1000) }),
    defaults: { account: '000000000000', region: 'us-east-1' },
    corsOrigins: new Set(allowed),
    allowedHosts: new Set(),
    counts: new RequestCounts(),
    explain: () => undefined,
    onFailure: (error) => {
      throw error
    },
    newRequestId: () => '00000000-0000-4000-8000-000000000000',
  })
  const headers = {
    Origin: origin,
    Host: '127.0.0.1:4318',
    ...(method === 'OPTIONS'
      ? {
          'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': 'content-type,x-tenant',
        }
      : { 'Content-Type': 'application/json' }),
  }
  const init = { method, headers, ...(method === 'POST' ? { body: '{}' } : {}) }
  const response = await app.request(path, init)
  const told = [...response.headers].filter(([name]) => name.startsWith('access-control-'))
  const members = told.map(([name, value]) => [name.replace('access-control-', ''), value])
  return { status: response.status, told: Object.fromEntries(members) }
}

test('without allowed origins a page of another site gets nothing, and no word of CORS', async () => {
  for (const method of ['OPTIONS', 'POST']) {
    expect(await ask([], method, SHOP)).toEqual({ status: 403, told: {} })
    expect(await ask(['https://other.example'], method, SHOP)).toEqual({ status: 403, told: {} })
  }
})

test('a page of an allowed origin asks first, then sends', async () => {
  const allowing = { 'allow-origin': SHOP, 'allow-credentials': 'true' }
  expect(await ask([SHOP], 'OPTIONS', SHOP)).toEqual({
    status: 204,
    told: {
      ...allowing,
      'allow-methods': 'POST',
      'allow-headers': 'content-type,x-tenant',
      'max-age': '7200',
    },
  })
  expect(await ask([SHOP], 'POST', SHOP)).toEqual({ status: 200, told: allowing })
})

test('errors are readable too, other paths and other methods are not opened', async () => {
  expect(await ask([SHOP], 'GET', SHOP)).toMatchObject({
    status: 405,
    told: { 'allow-origin': SHOP },
  })
  expect(await ask([SHOP], 'POST', SHOP, '/TraceSegments')).toEqual({ status: 403, told: {} })
  expect(await ask([SHOP], 'OPTIONS', SHOP, '/metrics')).toEqual({ status: 403, told: {} })
})

test('any origin may send with *, without credentials', async () => {
  expect(await ask(['*'], 'POST', SHOP)).toEqual({ status: 200, told: { 'allow-origin': '*' } })
  expect(await ask(['*'], 'POST', 'null')).toMatchObject({ status: 200 })
})
