-- a common table expression
/* sqlite */ WITH "writers"("id") AS (SELECT DISTINCT "user_id" FROM "posts" WHERE "title" GLOB ?) SELECT "users"."name" FROM "users" JOIN "writers" AS "w" ON "users"."id" = "w"."id" WHERE "users"."age" > ?  -- 'On *' 18
/* postgresql */ WITH "writers"("id") AS (SELECT DISTINCT "user_id" FROM "posts" WHERE "title" LIKE $1 ESCAPE '\') SELECT "users"."name" FROM "users" JOIN "writers" AS "w" ON "users"."id" = "w"."id" WHERE "users"."age" > $2  -- 'On %' 18
/* mariadb */ WITH "writers"("id") AS (SELECT DISTINCT "user_id" FROM "posts" WHERE "title" LIKE ? ESCAPE '\') SELECT "users"."name" FROM "users" JOIN "writers" AS "w" ON "users"."id" = "w"."id" WHERE "users"."age" > ?  -- 'On %' 18

-- a recursive one
/* sqlite */ WITH RECURSIVE "reports"("id", "depth") AS (SELECT "id", CAST(? AS INTEGER) FROM "users" WHERE "id" = ? UNION ALL SELECT "users"."id", "reports"."depth" + ? FROM "users" JOIN "reports" ON "users"."boss_id" = "reports"."id") SELECT "users"."name", "reports"."depth" FROM "reports" JOIN "users" ON "users"."id" = "reports"."id" ORDER BY "reports"."depth", "users"."id"  -- 0 1 1
/* postgresql */ WITH RECURSIVE "reports"("id", "depth") AS (SELECT "id", CAST($1 AS BIGINT) FROM "users" WHERE "id" = $2 UNION ALL SELECT "users"."id", "reports"."depth" + $3 FROM "users" JOIN "reports" ON "users"."boss_id" = "reports"."id") SELECT "users"."name", "reports"."depth" FROM "reports" JOIN "users" ON "users"."id" = "reports"."id" ORDER BY "reports"."depth", "users"."id"  -- 0 1 1
/* mariadb */ WITH RECURSIVE "reports"("id", "depth") AS (SELECT "id", CAST(? AS SIGNED) FROM "users" WHERE "id" = ? UNION ALL SELECT "users"."id", "reports"."depth" + ? FROM "users" JOIN "reports" ON "users"."boss_id" = "reports"."id") SELECT "users"."name", "reports"."depth" FROM "reports" JOIN "users" ON "users"."id" = "reports"."id" ORDER BY "reports"."depth", "users"."id"  -- 0 1 1

-- two, the second reads the first
/* sqlite */ WITH "grown" AS (SELECT "id" FROM "users" WHERE "age" >= ?), "named" AS (SELECT "id" FROM "grown" WHERE "id" IN (SELECT "users"."id" FROM "users" WHERE "users"."name" GLOB ?)) SELECT count(*) FROM "named"  -- 18 'A*'
/* postgresql */ WITH "grown" AS (SELECT "id" FROM "users" WHERE "age" >= $1), "named" AS (SELECT "id" FROM "grown" WHERE "id" IN (SELECT "users"."id" FROM "users" WHERE "users"."name" LIKE $2 ESCAPE '\')) SELECT count(*) FROM "named"  -- 18 'A%'
/* mariadb */ WITH "grown" AS (SELECT "id" FROM "users" WHERE "age" >= ?), "named" AS (SELECT "id" FROM "grown" WHERE "id" IN (SELECT "users"."id" FROM "users" WHERE "users"."name" LIKE ? ESCAPE '\')) SELECT count(*) FROM "named"  -- 18 'A%'

-- one inside a subquery
/* sqlite */ SELECT "id" FROM "users" WHERE "id" IN (WITH "grown" AS (SELECT "t1"."id" FROM "users" AS "t1" WHERE "t1"."age" >= ?) SELECT "t2"."id" FROM "users" AS "t2" WHERE "t2"."id" IN (SELECT "id" FROM "grown"))  -- 18
/* postgresql */ SELECT "id" FROM "users" WHERE "id" IN (WITH "grown" AS (SELECT "t1"."id" FROM "users" AS "t1" WHERE "t1"."age" >= $1) SELECT "t2"."id" FROM "users" AS "t2" WHERE "t2"."id" IN (SELECT "id" FROM "grown"))  -- 18
/* mariadb */ SELECT "id" FROM "users" WHERE "id" IN (WITH "grown" AS (SELECT "t1"."id" FROM "users" AS "t1" WHERE "t1"."age" >= ?) SELECT "t2"."id" FROM "users" AS "t2" WHERE "t2"."id" IN (SELECT "id" FROM "grown"))  -- 18

-- one before an update
/* sqlite */ WITH RECURSIVE "reports"("id", "depth") AS (SELECT "id", CAST(? AS INTEGER) FROM "users" WHERE "id" = ? UNION ALL SELECT "users"."id", "reports"."depth" + ? FROM "users" JOIN "reports" ON "users"."boss_id" = "reports"."id") UPDATE "users" SET "age" = ? WHERE "id" IN (SELECT "reports"."id" FROM "reports")  -- 0 2 1 0
/* postgresql */ WITH RECURSIVE "reports"("id", "depth") AS (SELECT "id", CAST($1 AS BIGINT) FROM "users" WHERE "id" = $2 UNION ALL SELECT "users"."id", "reports"."depth" + $3 FROM "users" JOIN "reports" ON "users"."boss_id" = "reports"."id") UPDATE "users" SET "age" = $4 WHERE "id" IN (SELECT "reports"."id" FROM "reports")  -- 0 2 1 0
/* mariadb */ UPDATE "users" SET "age" = ? WHERE "id" IN (WITH RECURSIVE "reports"("id", "depth") AS (SELECT "t1"."id", CAST(? AS SIGNED) FROM "users" AS "t1" WHERE "t1"."id" = ? UNION ALL SELECT "t2"."id", "reports"."depth" + ? FROM "users" AS "t2" JOIN "reports" ON "t2"."boss_id" = "reports"."id") SELECT "reports"."id" FROM "reports")  -- 0 0 2 1

-- one before a delete
/* sqlite */ WITH RECURSIVE "reports"("id", "depth") AS (SELECT "id", CAST(? AS INTEGER) FROM "users" WHERE "id" = ? UNION ALL SELECT "users"."id", "reports"."depth" + ? FROM "users" JOIN "reports" ON "users"."boss_id" = "reports"."id") DELETE FROM "users" WHERE "id" IN (SELECT "reports"."id" FROM "reports")  -- 0 2 1
/* postgresql */ WITH RECURSIVE "reports"("id", "depth") AS (SELECT "id", CAST($1 AS BIGINT) FROM "users" WHERE "id" = $2 UNION ALL SELECT "users"."id", "reports"."depth" + $3 FROM "users" JOIN "reports" ON "users"."boss_id" = "reports"."id") DELETE FROM "users" WHERE "id" IN (SELECT "reports"."id" FROM "reports")  -- 0 2 1
/* mariadb */ DELETE FROM "users" WHERE "id" IN (WITH RECURSIVE "reports"("id", "depth") AS (SELECT "t1"."id", CAST(? AS SIGNED) FROM "users" AS "t1" WHERE "t1"."id" = ? UNION ALL SELECT "t2"."id", "reports"."depth" + ? FROM "users" AS "t2" JOIN "reports" ON "t2"."boss_id" = "reports"."id") SELECT "reports"."id" FROM "reports")  -- 0 2 1

-- union all, except, ordered and limited
/* sqlite */ SELECT "id" FROM "users" WHERE "age" > ? UNION ALL SELECT "id" FROM "users" WHERE "age" > ? EXCEPT SELECT "id" FROM "users" WHERE "age" > ? ORDER BY "id" DESC LIMIT ? OFFSET ?  -- 1 2 3 5 2
/* postgresql */ SELECT "id" FROM "users" WHERE "age" > $1 UNION ALL SELECT "id" FROM "users" WHERE "age" > $2 EXCEPT SELECT "id" FROM "users" WHERE "age" > $3 ORDER BY "id" DESC LIMIT $4 OFFSET $5  -- 1 2 3 5 2
/* mariadb */ SELECT "id" FROM "users" WHERE "age" > ? UNION ALL SELECT "id" FROM "users" WHERE "age" > ? EXCEPT SELECT "id" FROM "users" WHERE "age" > ? ORDER BY "id" DESC LIMIT ? OFFSET ?  -- 1 2 3 5 2

-- intersect after union, from the left
/* sqlite */ SELECT * FROM (SELECT "id" FROM "users" WHERE "age" > ? UNION SELECT "id" FROM "users" WHERE "age" > ?) AS "t1" INTERSECT SELECT "id" FROM "users" WHERE "age" > ?  -- 1 2 3
/* postgresql */ SELECT * FROM (SELECT "id" FROM "users" WHERE "age" > $1 UNION SELECT "id" FROM "users" WHERE "age" > $2) AS "t1" INTERSECT SELECT "id" FROM "users" WHERE "age" > $3  -- 1 2 3
/* mariadb */ SELECT * FROM (SELECT "id" FROM "users" WHERE "age" > ? UNION SELECT "id" FROM "users" WHERE "age" > ?) AS "t1" INTERSECT SELECT "id" FROM "users" WHERE "age" > ?  -- 1 2 3

-- intersect before union
/* sqlite */ SELECT "id" FROM "users" WHERE "age" > ? INTERSECT SELECT "id" FROM "users" WHERE "age" > ? UNION SELECT "id" FROM "users" WHERE "age" > ?  -- 1 2 3
/* postgresql */ SELECT "id" FROM "users" WHERE "age" > $1 INTERSECT SELECT "id" FROM "users" WHERE "age" > $2 UNION SELECT "id" FROM "users" WHERE "age" > $3  -- 1 2 3
/* mariadb */ SELECT "id" FROM "users" WHERE "age" > ? INTERSECT SELECT "id" FROM "users" WHERE "age" > ? UNION SELECT "id" FROM "users" WHERE "age" > ?  -- 1 2 3

-- a union on the right
/* sqlite */ SELECT "id" FROM "users" WHERE "age" > ? EXCEPT SELECT * FROM (SELECT "id" FROM "users" WHERE "age" > ? UNION SELECT "id" FROM "users" WHERE "age" > ?) AS "t1"  -- 1 2 3
/* postgresql */ SELECT "id" FROM "users" WHERE "age" > $1 EXCEPT SELECT * FROM (SELECT "id" FROM "users" WHERE "age" > $2 UNION SELECT "id" FROM "users" WHERE "age" > $3) AS "t1"  -- 1 2 3
/* mariadb */ SELECT "id" FROM "users" WHERE "age" > ? EXCEPT SELECT * FROM (SELECT "id" FROM "users" WHERE "age" > ? UNION SELECT "id" FROM "users" WHERE "age" > ?) AS "t1"  -- 1 2 3

-- parts that are limited
/* sqlite */ SELECT * FROM (SELECT "id" FROM "users" ORDER BY "age" DESC LIMIT ?) AS "t1" UNION ALL SELECT * FROM (SELECT "id" FROM "users" ORDER BY "age" LIMIT ?) AS "t2"  -- 1 1
/* postgresql */ SELECT * FROM (SELECT "id" FROM "users" ORDER BY "age" DESC LIMIT $1) AS "t1" UNION ALL SELECT * FROM (SELECT "id" FROM "users" ORDER BY "age" LIMIT $2) AS "t2"  -- 1 1
/* mariadb */ SELECT * FROM (SELECT "id" FROM "users" ORDER BY "age" DESC LIMIT ?) AS "t1" UNION ALL SELECT * FROM (SELECT "id" FROM "users" ORDER BY "age" LIMIT ?) AS "t2"  -- 1 1

-- a union ordered by what has a label
/* sqlite */ SELECT lower("name") AS "name" FROM "users" UNION SELECT "title" FROM "posts" ORDER BY "name" DESC NULLS LAST
/* postgresql */ SELECT lower("name") AS "name" FROM "users" UNION SELECT "title" FROM "posts" ORDER BY "name" DESC NULLS LAST
/* mariadb */ SELECT lower("name") AS "name" FROM "users" UNION SELECT "title" FROM "posts" ORDER BY "name" IS NULL, "name" DESC

-- in a union
/* sqlite */ SELECT "id" FROM "users" WHERE "id" IN (SELECT "t1"."id" FROM "users" AS "t1" WHERE "t1"."age" > ? UNION SELECT "posts"."user_id" FROM "posts")  -- 1
/* postgresql */ SELECT "id" FROM "users" WHERE "id" IN (SELECT "t1"."id" FROM "users" AS "t1" WHERE "t1"."age" > $1 UNION SELECT "posts"."user_id" FROM "posts")  -- 1
/* mariadb */ SELECT "id" FROM "users" WHERE "id" IN (SELECT "t1"."id" FROM "users" AS "t1" WHERE "t1"."age" > ? UNION SELECT "posts"."user_id" FROM "posts")  -- 1

-- the first two posts of each user
/* sqlite */ SELECT "title", "place" FROM (SELECT "id", "title", row_number() OVER (PARTITION BY "user_id" ORDER BY "title" DESC, "id") AS "place" FROM "posts") AS "ranked" WHERE "place" <= ?  -- 2
/* postgresql */ SELECT "title", "place" FROM (SELECT "id", "title", row_number() OVER (PARTITION BY "user_id" ORDER BY "title" DESC, "id") AS "place" FROM "posts") AS "ranked" WHERE "place" <= $1  -- 2
/* mariadb */ SELECT "title", "place" FROM (SELECT "id", "title", row_number() OVER (PARTITION BY "user_id" ORDER BY "title" DESC, "id") AS "place" FROM "posts") AS "ranked" WHERE "place" <= ?  -- 2

-- a join to a select
/* sqlite */ SELECT "users"."name", "p"."total" FROM "users" LEFT JOIN (SELECT "user_id", count(*) AS "total" FROM "posts" GROUP BY "user_id") AS "p" ON "p"."user_id" = "users"."id"
/* postgresql */ SELECT "users"."name", "p"."total" FROM "users" LEFT JOIN (SELECT "user_id", count(*) AS "total" FROM "posts" GROUP BY "user_id") AS "p" ON "p"."user_id" = "users"."id"
/* mariadb */ SELECT "users"."name", "p"."total" FROM "users" LEFT JOIN (SELECT "user_id", count(*) AS "total" FROM "posts" GROUP BY "user_id") AS "p" ON "p"."user_id" = "users"."id"

-- a select of a table beside itself
/* sqlite */ SELECT count(*) FROM "users", (SELECT "id" FROM "users" WHERE "age" > ?) AS "t1"  -- 18
/* postgresql */ SELECT count(*) FROM "users", (SELECT "id" FROM "users" WHERE "age" > $1) AS "t1"  -- 18
/* mariadb */ SELECT count(*) FROM "users", (SELECT "id" FROM "users" WHERE "age" > ?) AS "t1"  -- 18

-- windows
/* sqlite */ SELECT rank() OVER (ORDER BY "age" DESC), dense_rank() OVER (ORDER BY "age" DESC), count(*) OVER (), sum("age") OVER (PARTITION BY "name", "active"), sum("age") OVER (ORDER BY "id" ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), avg("age") OVER (ORDER BY "bio" NULLS FIRST ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING) FROM "users"
/* postgresql */ SELECT rank() OVER (ORDER BY "age" DESC), dense_rank() OVER (ORDER BY "age" DESC), count(*) OVER (), sum("age") OVER (PARTITION BY "name", "active"), sum("age") OVER (ORDER BY "id" ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), avg("age") OVER (ORDER BY "bio" NULLS FIRST ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING) FROM "users"
/* mariadb */ SELECT rank() OVER (ORDER BY "age" DESC), dense_rank() OVER (ORDER BY "age" DESC), count(*) OVER (PARTITION BY rand() < 0), sum("age") OVER (PARTITION BY "name", "active"), sum("age") OVER (ORDER BY "id" ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), avg("age") OVER (ORDER BY "bio" IS NULL DESC, "bio" ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING) FROM "users"

-- a filtered count
/* sqlite */ SELECT count(*) FILTER (WHERE "age" > ?), count(DISTINCT "name") FILTER (WHERE "active") FROM "users"  -- 18
/* postgresql */ SELECT count(*) FILTER (WHERE "age" > $1), count(DISTINCT "name") FILTER (WHERE "active") FROM "users"  -- 18
/* mariadb */ SELECT count(CASE WHEN "age" > ? THEN 1 END), count(DISTINCT CASE WHEN "active" THEN "name" END) FROM "users"  -- 18

-- a filtered sum in a window
/* sqlite */ SELECT sum("age") FILTER (WHERE "active") OVER (PARTITION BY "bio") FROM "users"
/* postgresql */ SELECT sum("age") FILTER (WHERE "active") OVER (PARTITION BY "bio") FROM "users"
/* mariadb */ SELECT sum(CASE WHEN "active" THEN "age" END) OVER (PARTITION BY "bio") FROM "users"

-- case
/* sqlite */ SELECT CASE WHEN "age" < ? THEN ? WHEN "age" < ? AND "active" THEN "name" ELSE ? END, CASE WHEN "active" THEN ? END FROM "users" WHERE CASE WHEN "active" THEN "age" ELSE "id" END = ?  -- 18 'child' 65 'other' 1 4
/* postgresql */ SELECT CASE WHEN "age" < $1 THEN $2 WHEN "age" < $3 AND "active" THEN "name" ELSE $4 END, CASE WHEN "active" THEN $5 END FROM "users" WHERE CASE WHEN "active" THEN "age" ELSE "id" END = $6  -- 18 'child' 65 'other' 1 4
/* mariadb */ SELECT CASE WHEN "age" < ? THEN ? WHEN "age" < ? AND "active" THEN "name" ELSE ? END, CASE WHEN "active" THEN ? END FROM "users" WHERE CASE WHEN "active" THEN "age" ELSE "id" END = ?  -- 18 'child' 65 'other' 1 4

-- pairs in a select
/* sqlite */ SELECT "id" FROM "users" WHERE ("id", "name") IN (SELECT "posts"."user_id", "posts"."title" FROM "posts")
/* postgresql */ SELECT "id" FROM "users" WHERE ("id", "name") IN (SELECT "posts"."user_id", "posts"."title" FROM "posts")
/* mariadb */ SELECT "id" FROM "users" WHERE ("id", "name") IN (SELECT "posts"."user_id", "posts"."title" FROM "posts")

-- a correlated count of aliased tables
/* sqlite */ SELECT "id" FROM "users" WHERE (SELECT count(*) FROM "posts" AS "p" WHERE "p"."user_id" = "users"."id") >= ?  -- 3
/* postgresql */ SELECT "id" FROM "users" WHERE (SELECT count(*) FROM "posts" AS "p" WHERE "p"."user_id" = "users"."id") >= $1  -- 3
/* mariadb */ SELECT "id" FROM "users" WHERE (SELECT count(*) FROM "posts" AS "p" WHERE "p"."user_id" = "users"."id") >= ?  -- 3

-- a share lock
/* sqlite */ SELECT "id" FROM "users" WHERE "id" = ?  -- 1
/* postgresql */ SELECT "id" FROM "users" WHERE "id" = $1 FOR SHARE  -- 1
/* mariadb */ SELECT "id" FROM "users" WHERE "id" = ? LOCK IN SHARE MODE  -- 1

-- a share lock at once
/* sqlite */ SELECT "id" FROM "users" WHERE "id" = ?  -- 1
/* postgresql */ SELECT "id" FROM "users" WHERE "id" = $1 FOR SHARE NOWAIT  -- 1
/* mariadb */ SELECT "id" FROM "users" WHERE "id" = ? LOCK IN SHARE MODE NOWAIT  -- 1

-- a lock of one of two tables
/* sqlite */ SELECT "users"."id" FROM "users" LEFT JOIN "posts" ON "posts"."user_id" = "users"."id" WHERE "users"."id" = ? LIMIT ?  -- 1 1
/* postgresql */ SELECT "users"."id" FROM "users" LEFT JOIN "posts" ON "posts"."user_id" = "users"."id" WHERE "users"."id" = $1 LIMIT $2 FOR UPDATE OF "users" NOWAIT  -- 1 1
/* mariadb */ SELECT "users"."id" FROM "users" LEFT JOIN "posts" ON "posts"."user_id" = "users"."id" WHERE "users"."id" = ? LIMIT ? FOR UPDATE NOWAIT  -- 1 1

