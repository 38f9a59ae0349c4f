-- a table
/* sqlite */ SELECT "id", "name" FROM "users"
/* postgresql */ SELECT "id", "name" FROM "users"
/* mariadb */ SELECT "id", "name" FROM "users"

-- one condition
/* sqlite */ SELECT "id", "name" FROM "users" WHERE "name" = ?  -- 'Ada'
/* postgresql */ SELECT "id", "name" FROM "users" WHERE "name" = $1  -- 'Ada'
/* mariadb */ SELECT "id", "name" FROM "users" WHERE "name" = ?  -- 'Ada'

-- a page
/* sqlite */ SELECT "id", "name" FROM "users" ORDER BY "id" DESC, "name" LIMIT ? OFFSET ?  -- 20 40
/* postgresql */ SELECT "id", "name" FROM "users" ORDER BY "id" DESC, "name" LIMIT $1 OFFSET $2  -- 20 40
/* mariadb */ SELECT "id", "name" FROM "users" ORDER BY "id" DESC, "name" LIMIT ? OFFSET ?  -- 20 40

-- an offset alone
/* sqlite */ SELECT "id", "name" FROM "users" ORDER BY "id" DESC, "name" LIMIT -1 OFFSET ?  -- 40
/* postgresql */ SELECT "id", "name" FROM "users" ORDER BY "id" DESC, "name" LIMIT ALL OFFSET $1  -- 40
/* mariadb */ SELECT "id", "name" FROM "users" ORDER BY "id" DESC, "name" LIMIT 18446744073709551615 OFFSET ?  -- 40

-- where nulls go
/* sqlite */ SELECT "id", "name" FROM "users" ORDER BY "bio" DESC NULLS LAST, "bio" NULLS FIRST
/* postgresql */ SELECT "id", "name" FROM "users" ORDER BY "bio" DESC NULLS LAST, "bio" NULLS FIRST
/* mariadb */ SELECT "id", "name" FROM "users" ORDER BY "bio" IS NULL, "bio" DESC, "bio" IS NULL DESC, "bio"

-- distinct
/* sqlite */ SELECT DISTINCT "id", "name" FROM "users"
/* postgresql */ SELECT DISTINCT "id", "name" FROM "users"
/* mariadb */ SELECT DISTINCT "id", "name" FROM "users"

-- row locks
/* sqlite */ SELECT "id", "name" FROM "users"
/* postgresql */ SELECT "id", "name" FROM "users" FOR UPDATE SKIP LOCKED
/* mariadb */ SELECT "id", "name" FROM "users" FOR UPDATE SKIP LOCKED

-- a label and an ordering by it
/* sqlite */ SELECT "user_id", count(*) AS "total" FROM "posts" GROUP BY "user_id" HAVING count(*) >= ? ORDER BY "total" DESC  -- 3
/* postgresql */ SELECT "user_id", count(*) AS "total" FROM "posts" GROUP BY "user_id" HAVING count(*) >= $1 ORDER BY "total" DESC  -- 3
/* mariadb */ SELECT "user_id", count(*) AS "total" FROM "posts" GROUP BY "user_id" HAVING count(*) >= ? ORDER BY "total" DESC  -- 3

-- a label that hides a column
/* sqlite */ SELECT lower("name") AS "name" FROM "users" ORDER BY "users"."name", "name" DESC
/* postgresql */ SELECT lower("name") AS "name" FROM "users" ORDER BY "users"."name", "name" DESC
/* mariadb */ SELECT lower("name") AS "name" FROM "users" ORDER BY "users"."name", "name" DESC

-- aggregates
/* sqlite */ SELECT count("bio"), count(DISTINCT "name"), sum("age"), avg("age"), min("age"), max("age") FROM "users"
/* postgresql */ SELECT count("bio"), count(DISTINCT "name"), sum("age"), avg("age"), min("age"), max("age") FROM "users"
/* mariadb */ SELECT count("bio"), count(DISTINCT "name"), sum("age"), avg("age"), min("age"), max("age") FROM "users"

-- an inner join
/* sqlite */ SELECT "users"."name", "posts"."title" FROM "users" JOIN "posts" ON "posts"."user_id" = "users"."id"
/* postgresql */ SELECT "users"."name", "posts"."title" FROM "users" JOIN "posts" ON "posts"."user_id" = "users"."id"
/* mariadb */ SELECT "users"."name", "posts"."title" FROM "users" JOIN "posts" ON "posts"."user_id" = "users"."id"

-- a left join with aliases
/* sqlite */ SELECT "u"."name", "p"."title" FROM "users" AS "u" LEFT JOIN "posts" AS "p" ON "p"."user_id" = "u"."id"
/* postgresql */ SELECT "u"."name", "p"."title" FROM "users" AS "u" LEFT JOIN "posts" AS "p" ON "p"."user_id" = "u"."id"
/* mariadb */ SELECT "u"."name", "p"."title" FROM "users" AS "u" LEFT JOIN "posts" AS "p" ON "p"."user_id" = "u"."id"

-- two tables and a join
/* sqlite */ SELECT "users"."id" FROM "users" CROSS JOIN "blog.tags" JOIN "posts" ON "posts"."user_id" = "users"."id"
/* postgresql */ SELECT "users"."id" FROM "users" CROSS JOIN "blog"."tags" JOIN "posts" ON "posts"."user_id" = "users"."id"
/* mariadb */ SELECT "users"."id" FROM "users" CROSS JOIN "blog"."tags" JOIN "posts" ON "posts"."user_id" = "users"."id"

-- a self join
/* sqlite */ SELECT "users"."name", "boss"."name" FROM "users" LEFT JOIN "users" AS "boss" ON "users"."boss_id" = "boss"."id"
/* postgresql */ SELECT "users"."name", "boss"."name" FROM "users" LEFT JOIN "users" AS "boss" ON "users"."boss_id" = "boss"."id"
/* mariadb */ SELECT "users"."name", "boss"."name" FROM "users" LEFT JOIN "users" AS "boss" ON "users"."boss_id" = "boss"."id"

-- exists
/* sqlite */ SELECT "id" FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."user_id" = "users"."id")
/* postgresql */ SELECT "id" FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."user_id" = "users"."id")
/* mariadb */ SELECT "id" FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."user_id" = "users"."id")

-- not exists, with a condition of its own
/* sqlite */ SELECT "id" FROM "users" WHERE NOT EXISTS (SELECT 1 FROM "posts" WHERE "posts"."user_id" = "users"."id" AND "posts"."title" GLOB ?) AND "age" > ?  -- 'On *' 18
/* postgresql */ SELECT "id" FROM "users" WHERE NOT EXISTS (SELECT 1 FROM "posts" WHERE "posts"."user_id" = "users"."id" AND "posts"."title" LIKE $1 ESCAPE '\') AND "age" > $2  -- 'On %' 18
/* mariadb */ SELECT "id" FROM "users" WHERE NOT EXISTS (SELECT 1 FROM "posts" WHERE "posts"."user_id" = "users"."id" AND "posts"."title" LIKE ? ESCAPE '\') AND "age" > ?  -- 'On %' 18

-- exists in the same table
/* sqlite */ SELECT "id" FROM "users" WHERE EXISTS (SELECT 1 FROM "users" AS "t1" WHERE "t1"."id" = "users"."boss_id")
/* postgresql */ SELECT "id" FROM "users" WHERE EXISTS (SELECT 1 FROM "users" AS "t1" WHERE "t1"."id" = "users"."boss_id")
/* mariadb */ SELECT "id" FROM "users" WHERE EXISTS (SELECT 1 FROM "users" AS "t1" WHERE "t1"."id" = "users"."boss_id")

-- a scalar subquery
/* sqlite */ SELECT "id", (SELECT count(*) FROM "posts" WHERE "posts"."user_id" = "users"."id") AS "posts_count" FROM "users"
/* postgresql */ SELECT "id", (SELECT count(*) FROM "posts" WHERE "posts"."user_id" = "users"."id") AS "posts_count" FROM "users"
/* mariadb */ SELECT "id", (SELECT count(*) FROM "posts" WHERE "posts"."user_id" = "users"."id") AS "posts_count" FROM "users"

-- in a subquery
/* sqlite */ SELECT "id" FROM "users" WHERE "id" IN (SELECT "posts"."user_id" FROM "posts")
/* postgresql */ SELECT "id" FROM "users" WHERE "id" IN (SELECT "posts"."user_id" FROM "posts")
/* mariadb */ SELECT "id" FROM "users" WHERE "id" IN (SELECT "posts"."user_id" FROM "posts")

-- two levels of subqueries
/* sqlite */ SELECT "id" FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."user_id" = "users"."id" AND EXISTS (SELECT 1 FROM "posts" AS "other" WHERE "other"."title" = "posts"."title" AND "other"."user_id" <> "users"."id"))
/* postgresql */ SELECT "id" FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."user_id" = "users"."id" AND EXISTS (SELECT 1 FROM "posts" AS "other" WHERE "other"."title" = "posts"."title" AND "other"."user_id" <> "users"."id"))
/* mariadb */ SELECT "id" FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."user_id" = "users"."id" AND EXISTS (SELECT 1 FROM "posts" AS "other" WHERE "other"."title" = "posts"."title" AND "other"."user_id" <> "users"."id"))

-- a table in a schema
/* sqlite */ SELECT "name" FROM "blog.tags" WHERE EXISTS (SELECT 1 FROM "users" WHERE "users"."name" = "blog.tags"."name")
/* postgresql */ SELECT "name" FROM "blog"."tags" WHERE EXISTS (SELECT 1 FROM "users" WHERE "users"."name" = "tags"."name")
/* mariadb */ SELECT "name" FROM "blog"."tags" WHERE EXISTS (SELECT 1 FROM "users" WHERE "users"."name" = "tags"."name")

-- nothing but a value
/* sqlite */ SELECT ?  -- 1
/* postgresql */ SELECT $1  -- 1
/* mariadb */ SELECT ?  -- 1

