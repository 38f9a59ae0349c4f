-- a row bound by the caller
/* sqlite */ INSERT INTO "users" ("name", "age") VALUES (?, ?)
/* postgresql */ INSERT INTO "users" ("name", "age") VALUES ($1, $2)
/* mariadb */ INSERT INTO "users" ("name", "age") VALUES (?, ?)

-- a row with its key
/* sqlite */ INSERT INTO "users" ("name", "age") VALUES (?, ?) RETURNING "id", "age"
/* postgresql */ INSERT INTO "users" ("name", "age") VALUES ($1, $2) RETURNING "id", "age"
/* mariadb */ INSERT INTO "users" ("name", "age") VALUES (?, ?) RETURNING "id", "age"

-- two rows
/* sqlite */ INSERT INTO "users" ("name", "age") VALUES (?, ?), (?, ?)  -- 'Ada' 36 'Bob' NULL
/* postgresql */ INSERT INTO "users" ("name", "age") VALUES ($1, $2), ($3, $4)  -- 'Ada' 36 'Bob' NULL
/* mariadb */ INSERT INTO "users" ("name", "age") VALUES (?, ?), (?, ?)  -- 'Ada' 36 'Bob' NULL

-- unless it is there
/* sqlite */ INSERT INTO "users" ("name", "age") VALUES (?, ?), (?, ?) ON CONFLICT DO NOTHING  -- 'Ada' 36 'Bob' NULL
/* postgresql */ INSERT INTO "users" ("name", "age") VALUES ($1, $2), ($3, $4) ON CONFLICT DO NOTHING  -- 'Ada' 36 'Bob' NULL
/* mariadb */ INSERT INTO "users" ("name", "age") VALUES (?, ?), (?, ?) ON DUPLICATE KEY UPDATE "name" = "name"  -- 'Ada' 36 'Bob' NULL

-- unless this is there
/* sqlite */ INSERT INTO "users" ("name", "age") VALUES (?, ?), (?, ?) ON CONFLICT ("name") DO NOTHING  -- 'Ada' 36 'Bob' NULL
/* postgresql */ INSERT INTO "users" ("name", "age") VALUES ($1, $2), ($3, $4) ON CONFLICT ("name") DO NOTHING  -- 'Ada' 36 'Bob' NULL
/* mariadb */ INSERT INTO "users" ("name", "age") VALUES (?, ?), (?, ?) ON DUPLICATE KEY UPDATE "name" = "name"  -- 'Ada' 36 'Bob' NULL

-- or change it
/* sqlite */ INSERT INTO "users" ("name", "age") VALUES (?, ?), (?, ?) ON CONFLICT ("name") DO UPDATE SET "age" = excluded."age", "visits" = "users"."visits" + ?  -- 'Ada' 36 'Bob' NULL 1
/* postgresql */ INSERT INTO "users" ("name", "age") VALUES ($1, $2), ($3, $4) ON CONFLICT ("name") DO UPDATE SET "age" = excluded."age", "visits" = "users"."visits" + $5  -- 'Ada' 36 'Bob' NULL 1
/* mariadb */ INSERT INTO "users" ("name", "age") VALUES (?, ?), (?, ?) ON DUPLICATE KEY UPDATE "age" = VALUES("age"), "visits" = "users"."visits" + ?  -- 'Ada' 36 'Bob' NULL 1

-- a value read from elsewhere
/* sqlite */ INSERT INTO "users" ("name", "age") VALUES ((SELECT "posts"."title" FROM "posts" WHERE "posts"."id" = ?), ?)  -- 1 1
/* postgresql */ INSERT INTO "users" ("name", "age") VALUES ((SELECT "posts"."title" FROM "posts" WHERE "posts"."id" = $1), $2)  -- 1 1
/* mariadb */ INSERT INTO "users" ("name", "age") VALUES ((SELECT "posts"."title" FROM "posts" WHERE "posts"."id" = ?), ?)  -- 1 1

-- a row of defaults
/* sqlite */ INSERT INTO "users" DEFAULT VALUES
/* postgresql */ INSERT INTO "users" DEFAULT VALUES
/* mariadb */ INSERT INTO "users" () VALUES ()

-- a row in a schema
/* sqlite */ INSERT INTO "blog.tags" ("name") VALUES (?)
/* postgresql */ INSERT INTO "blog"."tags" ("name") VALUES ($1)
/* mariadb */ INSERT INTO "blog"."tags" ("name") VALUES (?)

-- change all
/* sqlite */ UPDATE "users" SET "age" = "age" + ?  -- 1
/* postgresql */ UPDATE "users" SET "age" = "age" + $1  -- 1
/* mariadb */ UPDATE "users" SET "age" = "age" + ?  -- 1

-- change some
/* sqlite */ UPDATE "users" SET "name" = ?, "bio" = ? WHERE "id" = ?  -- 'x' NULL 7
/* postgresql */ UPDATE "users" SET "name" = $1, "bio" = $2 WHERE "id" = $3  -- 'x' NULL 7
/* mariadb */ UPDATE "users" SET "name" = ?, "bio" = ? WHERE "id" = ?  -- 'x' NULL 7

-- change by a subquery
/* sqlite */ UPDATE "users" SET "active" = ? WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."user_id" = "users"."id")  -- true
/* postgresql */ UPDATE "users" SET "active" = $1 WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."user_id" = "users"."id")  -- true
/* mariadb */ UPDATE "users" SET "active" = ? WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."user_id" = "users"."id")  -- true

-- remove all
/* sqlite */ DELETE FROM "users"
/* postgresql */ DELETE FROM "users"
/* mariadb */ DELETE FROM "users"

-- remove some
/* sqlite */ DELETE FROM "users" WHERE NOT EXISTS (SELECT 1 FROM "posts" WHERE "posts"."user_id" = "users"."id") AND "age" < ?  -- 3
/* postgresql */ DELETE FROM "users" WHERE NOT EXISTS (SELECT 1 FROM "posts" WHERE "posts"."user_id" = "users"."id") AND "age" < $1  -- 3
/* mariadb */ DELETE FROM "users" WHERE NOT EXISTS (SELECT 1 FROM "posts" WHERE "posts"."user_id" = "users"."id") AND "age" < ?  -- 3

