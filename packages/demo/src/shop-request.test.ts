import { expect, test } from 'vitest'
import { seededRandom } from './random.ts'
import { nextShopRequest, type ShopRequest, UNLUCKY_CUSTOMER } from './shop-request.ts'

function traffic(seed: number, count: number): readonly ShopRequest[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, () => nextShopRequest(random))
}

test('one seed makes one course of events', () => {
  expect(traffic(3, 500)).toEqual(traffic(3, 500))
  expect(traffic(3, 50)).not.toEqual(traffic(4, 50))
})

test('about one request in 200 is the unlucky customer, who does nothing else', () => {
  const requests = traffic(1, 20_000)
  const unlucky = requests.filter((request) => request.customer.id === UNLUCKY_CUSTOMER.id)
  expect(unlucky.length).toBeGreaterThan(60)
  expect(unlucky.length).toBeLessThan(140)
  expect(new Set(unlucky.map((request) => request.kind))).toEqual(new Set(['unlucky-customer']))
})
