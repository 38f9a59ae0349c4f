-- A column, filled from what is there.

-- up
ALTER TABLE package ADD COLUMN is_library boolean NOT NULL DEFAULT false;
UPDATE package SET is_library = true WHERE substr(name, 1, 3) = 'lib';

-- down
ALTER TABLE package DROP COLUMN is_library;
