-- A column is called what the index calls it.

-- up
ALTER TABLE package RENAME COLUMN summary TO description;

-- down
ALTER TABLE package RENAME COLUMN description TO summary;
