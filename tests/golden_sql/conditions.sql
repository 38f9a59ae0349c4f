-- and before or
/* sqlite */ SELECT "id" FROM "users" WHERE "age" > ? AND "age" < ? OR "name" = ?  -- 1 9 'x'
/* postgresql */ SELECT "id" FROM "users" WHERE "age" > $1 AND "age" < $2 OR "name" = $3  -- 1 9 'x'
/* mariadb */ SELECT "id" FROM "users" WHERE "age" > ? AND "age" < ? OR "name" = ?  -- 1 9 'x'

-- or inside and
/* sqlite */ SELECT "id" FROM "users" WHERE ("age" < ? OR "age" > ?) AND "name" = ?  -- 1 9 'x'
/* postgresql */ SELECT "id" FROM "users" WHERE ("age" < $1 OR "age" > $2) AND "name" = $3  -- 1 9 'x'
/* mariadb */ SELECT "id" FROM "users" WHERE ("age" < ? OR "age" > ?) AND "name" = ?  -- 1 9 'x'

-- a chain of and
/* sqlite */ SELECT "id" FROM "users" WHERE "age" > ? AND "age" > ? AND "age" > ? AND "age" > ?  -- 1 2 3 4
/* postgresql */ SELECT "id" FROM "users" WHERE "age" > $1 AND "age" > $2 AND "age" > $3 AND "age" > $4  -- 1 2 3 4
/* mariadb */ SELECT "id" FROM "users" WHERE "age" > ? AND "age" > ? AND "age" > ? AND "age" > ?  -- 1 2 3 4

-- not
/* sqlite */ SELECT "id" FROM "users" WHERE NOT "name" = ?  -- 'x'
/* postgresql */ SELECT "id" FROM "users" WHERE NOT "name" = $1  -- 'x'
/* mariadb */ SELECT "id" FROM "users" WHERE NOT "name" = ?  -- 'x'

-- not and
/* sqlite */ SELECT "id" FROM "users" WHERE NOT ("name" = ? AND "active")  -- 'x'
/* postgresql */ SELECT "id" FROM "users" WHERE NOT ("name" = $1 AND "active")  -- 'x'
/* mariadb */ SELECT "id" FROM "users" WHERE NOT ("name" = ? AND "active")  -- 'x'

-- not in a comparison
/* sqlite */ SELECT "id" FROM "users" WHERE (NOT "active") = ?  -- true
/* postgresql */ SELECT "id" FROM "users" WHERE (NOT "active") = $1  -- true
/* mariadb */ SELECT "id" FROM "users" WHERE (NOT "active") = ?  -- true

-- no restriction
/* sqlite */ SELECT "id" FROM "users" WHERE "active"
/* postgresql */ SELECT "id" FROM "users" WHERE "active"
/* mariadb */ SELECT "id" FROM "users" WHERE "active"

-- a value on the left
/* sqlite */ SELECT "id" FROM "users" WHERE "age" > ?  -- 5
/* postgresql */ SELECT "id" FROM "users" WHERE "age" > $1  -- 5
/* mariadb */ SELECT "id" FROM "users" WHERE "age" > ?  -- 5

-- sums and products
/* sqlite */ SELECT "id" FROM "users" WHERE ("age" + ?) * ? - "age" / ? - ("age" - ?) = ?  -- 1 2 3 4 5
/* postgresql */ SELECT "id" FROM "users" WHERE ("age" + $1) * $2 - "age" / $3 - ("age" - $4) = $5  -- 1 2 3 4 5
/* mariadb */ SELECT "id" FROM "users" WHERE ("age" + ?) * ? - "age" / ? - ("age" - ?) = ?  -- 1 2 3 4 5

-- a product of a product
/* sqlite */ SELECT "id" FROM "users" WHERE "age" * ("age" % ?) > -"age"  -- 7
/* postgresql */ SELECT "id" FROM "users" WHERE "age" * ("age" % $1) > -"age"  -- 7
/* mariadb */ SELECT "id" FROM "users" WHERE "age" * ("age" % ?) > -"age"  -- 7

-- a negative of a negative
/* sqlite */ SELECT "id" FROM "users" WHERE -(-"age") = -("age" + ?)  -- 1
/* postgresql */ SELECT "id" FROM "users" WHERE -(-"age") = -("age" + $1)  -- 1
/* mariadb */ SELECT "id" FROM "users" WHERE -(-"age") = -("age" + ?)  -- 1

-- numbers of two types
/* sqlite */ SELECT "id" FROM "users" WHERE "score" > "age"
/* postgresql */ SELECT "id" FROM "users" WHERE "score" > "age"
/* mariadb */ SELECT "id" FROM "users" WHERE "score" > "age"

-- text put together
/* sqlite */ SELECT "id" FROM "users" WHERE "name" || ? || "bio" = ?  -- ' ' 'Ada x'
/* postgresql */ SELECT "id" FROM "users" WHERE "name" || $1 || "bio" = $2  -- ' ' 'Ada x'
/* mariadb */ SELECT "id" FROM "users" WHERE concat("name", ?, "bio") = ?  -- ' ' 'Ada x'

-- text put together in a comparison of calls
/* sqlite */ SELECT "id" FROM "users" WHERE lower("name" || ?) = upper("bio")  -- '!'
/* postgresql */ SELECT "id" FROM "users" WHERE lower("name" || $1) = upper("bio")  -- '!'
/* mariadb */ SELECT "id" FROM "users" WHERE lower(concat("name", ?)) = upper("bio")  -- '!'

-- equal to null
/* sqlite */ SELECT "id" FROM "users" WHERE "bio" IS NULL
/* postgresql */ SELECT "id" FROM "users" WHERE "bio" IS NULL
/* mariadb */ SELECT "id" FROM "users" WHERE "bio" IS NULL

-- not equal to an empty optional
/* sqlite */ SELECT "id" FROM "users" WHERE "bio" IS NOT NULL
/* postgresql */ SELECT "id" FROM "users" WHERE "bio" IS NOT NULL
/* mariadb */ SELECT "id" FROM "users" WHERE "bio" IS NOT NULL

-- is null
/* sqlite */ SELECT "id" FROM "users" WHERE "bio" IS NULL OR "bio" IS NOT NULL
/* postgresql */ SELECT "id" FROM "users" WHERE "bio" IS NULL OR "bio" IS NOT NULL
/* mariadb */ SELECT "id" FROM "users" WHERE "bio" IS NULL OR "bio" IS NOT NULL

-- in
/* sqlite */ SELECT "id" FROM "users" WHERE "age" IN (?, ?, ?)  -- 1 2 3
/* postgresql */ SELECT "id" FROM "users" WHERE "age" = ANY ($1::BIGINT[])  -- '{1,2,3}'
/* mariadb */ SELECT "id" FROM "users" WHERE "age" IN (?, ?, ?)  -- 1 2 3

-- in nothing
/* sqlite */ SELECT "id" FROM "users" WHERE 0 OR 1
/* postgresql */ SELECT "id" FROM "users" WHERE false OR true
/* mariadb */ SELECT "id" FROM "users" WHERE false OR true

-- in with a null
/* sqlite */ SELECT "id" FROM "users" WHERE "active" AND ("bio" IN (?) OR "bio" IS NULL)  -- 'x'
/* postgresql */ SELECT "id" FROM "users" WHERE "active" AND ("bio" = ANY ($1) OR "bio" IS NULL)  -- '{"x"}'
/* mariadb */ SELECT "id" FROM "users" WHERE "active" AND ("bio" IN (?) OR "bio" IS NULL)  -- 'x'

-- not in with a null
/* sqlite */ SELECT "id" FROM "users" WHERE "active" OR "bio" NOT IN (?) AND "bio" IS NOT NULL  -- 'x'
/* postgresql */ SELECT "id" FROM "users" WHERE "active" OR "bio" <> ALL ($1) AND "bio" IS NOT NULL  -- '{"x"}'
/* mariadb */ SELECT "id" FROM "users" WHERE "active" OR "bio" NOT IN (?) AND "bio" IS NOT NULL  -- 'x'

-- in rows
/* sqlite */ SELECT "id" FROM "users" WHERE ("id", "age") IN (VALUES (?, ?), (?, ?))  -- 1 2 3 4
/* postgresql */ SELECT "id" FROM "users" WHERE ("id", "age") IN (($1, $2), ($3, $4))  -- 1 2 3 4
/* mariadb */ SELECT "id" FROM "users" WHERE ("id", "age") IN ((?, ?), (?, ?))  -- 1 2 3 4

-- between
/* sqlite */ SELECT "id" FROM "users" WHERE "age" BETWEEN ? AND ? AND "age" BETWEEN "id" AND "id" + ?  -- 18 65 5
/* postgresql */ SELECT "id" FROM "users" WHERE "age" BETWEEN $1 AND $2 AND "age" BETWEEN "id" AND "id" + $3  -- 18 65 5
/* mariadb */ SELECT "id" FROM "users" WHERE "age" BETWEEN ? AND ? AND "age" BETWEEN "id" AND "id" + ?  -- 18 65 5

-- like
/* sqlite */ SELECT "id" FROM "users" WHERE "name" GLOB ? AND "name" NOT GLOB ?  -- 'A*' '?b'
/* postgresql */ SELECT "id" FROM "users" WHERE "name" LIKE $1 ESCAPE '\' AND "name" NOT LIKE $2 ESCAPE '\'  -- 'A%' '_b'
/* mariadb */ SELECT "id" FROM "users" WHERE "name" LIKE ? ESCAPE '\' AND "name" NOT LIKE ? ESCAPE '\'  -- 'A%' '_b'

-- like text as it is
/* sqlite */ SELECT "id" FROM "users" WHERE "name" GLOB ? AND "name" GLOB ? AND "name" GLOB ?  -- '*50%_\*' 'A*' '*z'
/* postgresql */ SELECT "id" FROM "users" WHERE "name" LIKE $1 ESCAPE '\' AND "name" LIKE $2 ESCAPE '\' AND "name" LIKE $3 ESCAPE '\'  -- '%50\%\_\\%' 'A%' '%z'
/* mariadb */ SELECT "id" FROM "users" WHERE "name" LIKE ? ESCAPE '\' AND "name" LIKE ? ESCAPE '\' AND "name" LIKE ? ESCAPE '\'  -- '%50\%\_\\%' 'A%' '%z'

-- functions
/* sqlite */ SELECT "id" FROM "users" WHERE length("name") > ? AND coalesce("bio", ?) <> ? AND abs("age") < ? AND round("score") = ?  -- 3 '-' '-' 9 2.5
/* postgresql */ SELECT "id" FROM "users" WHERE length("name") > $1 AND coalesce("bio", $2) <> $3 AND abs("age") < $4 AND round("score") = $5  -- 3 '-' '-' 9 2.5
/* mariadb */ SELECT "id" FROM "users" WHERE char_length("name") > ? AND coalesce("bio", ?) <> ? AND abs("age") < ? AND round("score") = ?  -- 3 '-' '-' 9 2.5

-- cast
/* sqlite */ SELECT "id" FROM "users" WHERE CAST("name" AS INTEGER) = ? AND CAST("age" AS TEXT) = ?  -- 4 '4'
/* postgresql */ SELECT "id" FROM "users" WHERE CAST("name" AS BIGINT) = $1 AND CAST("age" AS TEXT) = $2  -- 4 '4'
/* mariadb */ SELECT "id" FROM "users" WHERE CAST("name" AS SIGNED) = ? AND CAST("age" AS CHAR) = ?  -- 4 '4'

-- raw
/* sqlite */ SELECT "id" FROM "users" WHERE ("age" % 2 = ? AND 'why?' <> "bio") AND "active"  -- 1
/* postgresql */ SELECT "id" FROM "users" WHERE ("age" % 2 = $1 AND 'why?' <> "bio") AND "active"  -- 1
/* mariadb */ SELECT "id" FROM "users" WHERE ("age" % 2 = ? AND 'why?' <> "bio") AND "active"  -- 1

-- raw alone
/* sqlite */ SELECT "id" FROM "users" WHERE 1 = 1
/* postgresql */ SELECT "id" FROM "users" WHERE 1 = 1
/* mariadb */ SELECT "id" FROM "users" WHERE 1 = 1

-- an operator from outside
/* sqlite */ SELECT "id" FROM "users" WHERE "age" >= ?  -- 100
/* postgresql */ SELECT "id" FROM "users" WHERE "age" >= $1  -- 100
/* mariadb */ SELECT "id" FROM "users" WHERE "age" >= ?  -- 100

-- a placeholder
/* sqlite */ SELECT "id" FROM "users" WHERE "id" = ? AND "age" IN (?, ?)  -- 1 2
/* postgresql */ SELECT "id" FROM "users" WHERE "id" = $1 AND "age" = ANY ($2::BIGINT[])  -- '{1,2}'
/* mariadb */ SELECT "id" FROM "users" WHERE "id" = ? AND "age" IN (?, ?)  -- 1 2

