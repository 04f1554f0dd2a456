import { oneOf, type Random, weighted, wholeBetween } from './random.ts'

/**
 * One request to the shop. What happens to it follows from its content (a card that is declined, an
 * article that is sold out), as with a payment provider's test cards: one seed, one course of events.
 */
export type ShopRequest = {
  readonly kind: RequestKind
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly customer: Customer
  /** Whether the new check-out is switched on for this customer. */
  readonly newCheckout: boolean
  readonly body: RequestBody | undefined
}

export type RequestKind = keyof typeof KINDS

export type Customer = { readonly id: string; readonly tier: 'bronze' | 'silver' | 'gold' }

export type CartItem = { readonly sku: string; readonly quantity: number }

type RequestBody =
  | { readonly items: readonly CartItem[] }
  | { readonly items: readonly CartItem[]; readonly card: string; readonly country: string }

/** Every one of this customer's orders fails, and nobody else's. */
export const UNLUCKY_CUSTOMER: Customer = { id: 'customer-0042', tier: 'gold' }

/** Customers whose baskets share an overloaded partition. */
export const HOT_CUSTOMER_PREFIX = 'reseller-'

/** Nothing can be recommended to one customer in 25. */
export function hasBrokenProfile(customer: string): boolean {
  return /^customer-\d{2}(?:00|25|50|75)$/.test(customer)
}

const CARD_ACCEPTED = 'tok_visa'
export const CARD_SLOW = 'tok_slow_issuer'
export const CARD_DECLINED = 'tok_declined'
export const CARD_PROVIDER_DOWN = 'tok_provider_down'
export const SOLD_OUT_SKU = 'SKU-013'
export const UNREACHABLE_COUNTRY = 'AQ'
/** Orders below this number come from the old shop; their invoices cannot be drawn. */
export const FIRST_NEW_ORDER = 1000
/** Orders the database holds from the start. */
export const LAST_SEEDED_ORDER = 1200
/** A search for everything reads the whole history of prices. */
export const SLOW_SEARCH = 'everything'
export const PRODUCT_COUNT = 60

/** The next request of the traffic. */
export function nextShopRequest(random: Random): ShopRequest {
  const kind = weighted(random, WEIGHTED_KINDS)
  return { kind, ...KINDS[kind].make(random) }
}

type Made = Omit<ShopRequest, 'kind'>

const TIERS = ['bronze', 'bronze', 'bronze', 'silver', 'silver', 'gold'] as const
const TERMS = ['lamp', 'chair', 'desk', 'shelf', 'rug'] as const
const COUNTRIES = ['DE', 'FR', 'PL', 'US', 'JP', 'BR'] as const

/** Weights are out of 1000. */
const KINDS = {
  browse: { weight: 230, make: (random) => get(random, '/') },
  product: { weight: 180, make: (random) => get(random, `/products/${anySku(random)}`) },
  search: { weight: 80, make: (random) => get(random, `/search?q=${oneOf(random, TERMS)}`) },
  'slow-search': { weight: 25, make: (random) => get(random, `/search?q=${SLOW_SEARCH}`) },
  'missing-product': { weight: 30, make: (random) => get(random, '/products/SKU-999') },
  'order-status': { weight: 75, make: (random) => get(random, `/orders/${newOrder(random)}`) },
  'missing-order': { weight: 15, make: (random) => get(random, '/orders/987654321') },
  invoice: { weight: 20, make: (random) => get(random, `/orders/${newOrder(random)}/invoice`) },
  'broken-invoice': {
    weight: 20,
    make: (random) => get(random, `/orders/${wholeBetween(random, 900, 999)}/invoice`),
  },
  basket: { weight: 60, make: (random) => basket(random, anyCustomer(random)) },
  'throttled-basket': {
    weight: 30,
    make: (random) =>
      basket(random, { id: `${HOT_CUSTOMER_PREFIX}${wholeBetween(random, 1, 3)}`, tier: 'gold' }),
  },
  checkout: { weight: 150, make: (random) => checkout(random, {}) },
  'large-checkout': { weight: 10, make: (random) => checkout(random, { lines: 30 }) },
  'empty-checkout': { weight: 10, make: (random) => checkout(random, { lines: 0 }) },
  'sold-out': { weight: 15, make: (random) => checkout(random, { sku: SOLD_OUT_SKU }) },
  'slow-payment': { weight: 15, make: (random) => checkout(random, { card: CARD_SLOW }) },
  'declined-card': { weight: 10, make: (random) => checkout(random, { card: CARD_DECLINED }) },
  'provider-down': { weight: 15, make: (random) => checkout(random, { card: CARD_PROVIDER_DOWN }) },
  undeliverable: {
    weight: 5,
    make: (random) => checkout(random, { country: UNREACHABLE_COUNTRY }),
  },
  'unlucky-customer': {
    weight: 5,
    make: (random) => checkout(random, { customer: UNLUCKY_CUSTOMER }),
  },
} as const satisfies Record<string, { weight: number; make: (random: Random) => Made }>

const [FIRST_KIND, ...OTHER_KINDS] = Object.entries(KINDS).map(([kind, { weight }]) => ({
  value: kind as RequestKind,
  weight,
}))
const WEIGHTED_KINDS = [FIRST_KIND ?? { value: 'browse', weight: 1 }, ...OTHER_KINDS] as const

function get(random: Random, path: string): Made {
  return {
    method: 'GET',
    path,
    customer: anyCustomer(random),
    newCheckout: random() < 0.2,
    body: undefined,
  }
}

function basket(random: Random, customer: Customer): Made {
  return {
    method: 'PUT',
    path: '/basket',
    customer,
    newCheckout: random() < 0.2,
    body: { items: cart(random, wholeBetween(random, 1, 5)) },
  }
}

type CheckoutWishes = {
  readonly customer?: Customer
  readonly lines?: number
  readonly sku?: string
  readonly card?: string
  readonly country?: string
}

function checkout(random: Random, wishes: CheckoutWishes): Made {
  const items = cart(random, wishes.lines ?? wholeBetween(random, 1, 4))
  return {
    method: 'POST',
    path: '/checkout',
    customer: wishes.customer ?? anyCustomer(random),
    newCheckout: random() < 0.2,
    body: {
      items: wishes.sku === undefined ? items : [...items, { sku: wishes.sku, quantity: 1 }],
      card: wishes.card ?? CARD_ACCEPTED,
      country: wishes.country ?? oneOf(random, COUNTRIES),
    },
  }
}

function cart(random: Random, lines: number): readonly CartItem[] {
  return Array.from({ length: lines }, () => ({
    sku: anySku(random),
    quantity: wholeBetween(random, 1, 3),
  }))
}

function anySku(random: Random): string {
  const number = wholeBetween(random, 1, PRODUCT_COUNT)
  const sku = `SKU-${String(number).padStart(3, '0')}`
  return sku === SOLD_OUT_SKU ? 'SKU-001' : sku
}

function newOrder(random: Random): number {
  return wholeBetween(random, FIRST_NEW_ORDER, LAST_SEEDED_ORDER)
}

/** Never the unlucky one: his requests are a kind of their own. */
function anyCustomer(random: Random): Customer {
  const number = wholeBetween(random, 100, 399)
  return { id: `customer-${String(number).padStart(4, '0')}`, tier: oneOf(random, TIERS) }
}
