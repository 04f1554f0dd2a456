import { FIRST_NEW_ORDER, LAST_SEEDED_ORDER, PRODUCT_COUNT } from '../shop-request.ts'

/** The shop's tables with their first rows. */
export const SHOP_SCHEMA = `
CREATE TABLE products (
  sku text PRIMARY KEY, title text NOT NULL, price_cents int NOT NULL, category text NOT NULL);
INSERT INTO products
  SELECT 'SKU-' || lpad(n::text, 3, '0'),
         (ARRAY['Oak','Steel','Linen','Glass'])[1 + n % 4] || ' ' ||
         (ARRAY['lamp','chair','desk','shelf','rug'])[1 + n % 5],
         990 + n * 137 % 24000,
         (ARRAY['light','seat','table','storage','floor'])[1 + n % 5]
  FROM generate_series(1, ${PRODUCT_COUNT}) AS n;
CREATE TABLE price_history (sku text NOT NULL, day int NOT NULL, price_cents int NOT NULL);
INSERT INTO price_history
  SELECT p.sku, d, p.price_cents + d % 50 FROM products p, generate_series(1, 500) AS d;
CREATE TABLE orders (
  id serial PRIMARY KEY, customer text NOT NULL, total_cents int NOT NULL,
  status text NOT NULL DEFAULT 'placed', placed_at timestamptz);
INSERT INTO orders (id, customer, total_cents, status, placed_at)
  SELECT n, 'customer-' || lpad((n % 300 + 100)::text, 4, '0'), 1000 + n * 7, 'shipped',
         CASE WHEN n >= ${FIRST_NEW_ORDER} THEN now() - make_interval(hours => n % 500) END
  FROM generate_series(900, ${LAST_SEEDED_ORDER}) AS n;
SELECT setval('orders_id_seq', ${LAST_SEEDED_ORDER + 100});
CREATE TABLE order_items (order_id int NOT NULL, sku text NOT NULL, quantity int NOT NULL);
`
