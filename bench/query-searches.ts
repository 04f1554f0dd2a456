import { CUSTOMERS, type Dataset, ORDERS, SHOPS } from './support/dataset.ts'

export type SearchCase = {
  readonly name: string
  readonly times: number
  readonly input: () => object
}

const HOUR = 3600

/** First pages of searches: all traces, and filters from those that nothing meets to those nearly all do. */
export function searchCases(
  { first, seconds }: Dataset,
  random: () => number,
): readonly SearchCase[] {
  const among = (count: number) => Math.floor(random() * count)
  const filters: readonly (readonly [name: string, filter: () => string | undefined])[] = [
    ['all', () => undefined],
    ['text, rare', () => `annotation.customer = "u${among(CUSTOMERS)}"`],
    ['text, 1 of 500', () => `annotation.shop = "shop-${among(SHOPS)}"`],
    ['text, common', () => 'annotation.tier = "gold"'],
    ['text, none', () => `annotation.customer = "nobody-${among(CUSTOMERS)}"`],
    ['number, rare', () => `annotation.order = ${among(ORDERS)}`],
    ['number, common', () => `annotation.items = ${1 + among(11)}`],
    ['number, order', () => `annotation.items > ${among(11)}`],
    ['flag, rare', () => 'annotation.canary = true'],
    ['flag, common', () => 'annotation.beta = true'],
    ['key, rare', () => 'annotation.canary'],
    ['fault', () => 'fault'],
    ['user', () => `user = "user-${among(5000)}"`],
    ['unselective', () => 'ok AND duration > 100'],
  ]
  const ranges = [
    ['15 min', HOUR / 4, 20],
    ['6 h', 6 * HOUR, 10],
    ['24 h', 24 * HOUR, 10],
  ] as const
  return filters.flatMap(([filterName, filter]) =>
    ranges.map(([rangeName, length, times]) => ({
      name: `search ${rangeName}, ${filterName}`,
      times,
      input: () => {
        const end = first + length + random() * Math.max(0, seconds - length)
        return { StartTime: end - length, EndTime: end, FilterExpression: filter() }
      },
    })),
  )
}
