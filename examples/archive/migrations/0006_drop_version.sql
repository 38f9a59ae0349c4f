-- The parts of step 4 are all that is left of a version. A package that came after step 4 has its version there as one
-- part, so that nothing is lost.

-- up
INSERT INTO package_version (package_id, upstream)
    SELECT id, version FROM package WHERE id NOT IN (SELECT package_id FROM package_version);
ALTER TABLE package DROP COLUMN version;

-- SQLite adds no column that is NOT NULL and has no default, so the table is made anew.
-- down sqlite
-- foreign keys off
CREATE TABLE package_before (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    architecture TEXT NOT NULL,
    installed_size INTEGER,
    description TEXT NOT NULL,
    maintainer_id INTEGER REFERENCES maintainer (id),
    section_id INTEGER REFERENCES section (id),
    is_library boolean NOT NULL DEFAULT false,
    CONSTRAINT uq_package_name UNIQUE (name)
);
INSERT INTO package_before
    SELECT p.id, p.name, coalesce(coalesce(v.epoch || ':', '') || v.upstream || coalesce('-' || v.revision, ''), ''),
           p.architecture, p.installed_size, p.description, p.maintainer_id, p.section_id, p.is_library
    FROM package p LEFT JOIN package_version v ON v.package_id = p.id;
DROP TABLE package;
ALTER TABLE package_before RENAME TO package;
CREATE INDEX ix_package_maintainer_id ON package (maintainer_id);
CREATE INDEX ix_package_section_id ON package (section_id);

-- down postgresql
ALTER TABLE package ADD COLUMN version text NOT NULL DEFAULT '';
UPDATE package SET version = coalesce(v.epoch || ':', '') || v.upstream || coalesce('-' || v.revision, '')
    FROM package_version v WHERE v.package_id = package.id;
ALTER TABLE package ALTER COLUMN version DROP DEFAULT;
