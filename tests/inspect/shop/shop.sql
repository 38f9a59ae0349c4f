CREATE TABLE customers (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE
);
CREATE TABLE products (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    cents INTEGER NOT NULL CHECK (cents > 0)
);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers ON DELETE CASCADE,
    ordered_on DATE NOT NULL
);
CREATE INDEX orders_by_customer ON orders (customer_id);
CREATE TABLE order_lines (
    order_id INTEGER NOT NULL REFERENCES orders ON DELETE CASCADE,
    product_id INTEGER NOT NULL REFERENCES products,
    quantity INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (order_id, product_id)
);
INSERT INTO customers VALUES (1, 'Ada', 'ada@example.org'), (2, 'Charles', 'charles@example.org');
INSERT INTO products VALUES (1, 'cog', 120), (2, 'crank', 950), (3, 'punched card', 5);
INSERT INTO orders VALUES (1, 1, '2026-11-02'), (2, 2, '2026-11-09'), (3, 1, '2026-11-30');
INSERT INTO order_lines VALUES (1, 3, 400), (2, 1, 12), (2, 2, 1), (3, 2, 2);
