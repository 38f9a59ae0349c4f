-- Packages are looked for by their upstream version. PostgreSQL makes the index while others write, which it does
-- outside of a transaction; what an attempt that was killed has left goes first, so that the step can be run again.

-- up sqlite
CREATE INDEX ix_package_version_upstream ON package_version (upstream);

-- up postgresql
-- no transaction
DROP INDEX CONCURRENTLY IF EXISTS ix_package_version_upstream;
CREATE INDEX CONCURRENTLY ix_package_version_upstream ON package_version (upstream);

-- down sqlite
DROP INDEX ix_package_version_upstream;

-- down postgresql
-- no transaction
DROP INDEX CONCURRENTLY IF EXISTS ix_package_version_upstream;
