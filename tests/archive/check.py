#!/usr/bin/env python3
"""Compares databases of the archive example with an independent reading of the same package index.

usage: check.py INDEX DATABASE…

A database is a file of SQLite's or a URL postgresql://… or mariadb://…, which is read by psql or mariadb. Prints one line for each of the four
tables of each database and ends with 1 if any of them differs. Rows are compared by what they say, not by their ids:
where a row refers to another one, the other one's name stands in for the id.
"""

import os
import re
import sqlite3
import subprocess
import sys
import urllib.parse

FIELDS = [("pre-depends", "Pre-Depends"), ("depends", "Depends"), ("recommends", "Recommends"), ("suggests", "Suggests")]
COLUMNS = {
    "maintainer": ["id", "name", "email"],
    "section": ["id", "name", "parent_id"],
    "package": ["id", "name", "version", "architecture", "installed_size", "summary", "maintainer_id", "section_id"],
    "dependency": ["package_id", "position", "target_id", "kind", "version"],
}
NUMBERS = {"id", "parent_id", "installed_size", "maintainer_id", "section_id", "package_id", "position", "target_id"}


def stanzas(path):
    """Yields one dictionary of field name -> value (continuation lines joined by line breaks) for each paragraph."""
    with open(path, encoding="utf-8", errors="surrogateescape", newline="\n") as index:
        fields, last = {}, None
        for line in index:
            line = line.rstrip("\r\n")
            if not line:
                if fields:
                    yield fields
                fields, last = {}, None
            elif line[0] in " \t":
                if last is not None:
                    fields[last] += "\n" + line
            else:
                last, _, value = line.partition(":")
                fields[last] = value
        if fields:
            yield fields


def first_line(fields, name):
    return fields.get(name, "").split("\n")[0].strip()


def split_maintainer(text):
    name, has_email, email = text.partition(" <")
    if not has_email:
        return (name.strip(), None)
    return (name.strip(), email[:-1] if email.endswith(">") else email)


def expected_tables(path):
    packages = {}
    for fields in stanzas(path):
        packages.setdefault(first_line(fields, "Package"), fields)

    maintainers, sections, package_rows, dependencies = set(), {}, set(), set()
    for name, fields in packages.items():
        maintainer = section = None
        if first_line(fields, "Maintainer"):
            maintainer = split_maintainer(first_line(fields, "Maintainer"))
            maintainers.add(maintainer)
        if first_line(fields, "Section"):
            section = first_line(fields, "Section")
            child = section
            while child is not None:
                parent = child.rsplit("/", 1)[0] if "/" in child else None
                sections[child] = parent
                child = parent
        size = first_line(fields, "Installed-Size")
        package_rows.add((
            name, first_line(fields, "Version"), first_line(fields, "Architecture"), int(size) if size else None,
            first_line(fields, "Description"), maintainer, section))

        position = 0
        for kind, field in FIELDS:
            for group in fields.get(field, "").split(","):
                for alternative in group.split("|"):
                    match = re.match(r"\s*([^\s:(\[<]+)", alternative)
                    if not match or match.group(1) not in packages:
                        continue
                    version = re.search(r"\(([^)]*)\)", alternative)
                    position += 1
                    dependencies.add((name, position, match.group(1), kind, version.group(1).strip() if version else None))
    return {"maintainer": maintainers, "section": set(sections.items()), "package": package_rows,
            "dependency": dependencies}


class Sqlite:
    """All rows of a file's tables."""

    def __init__(self, path):
        self.database = sqlite3.connect("file:" + path.replace("?", "%3f").replace("#", "%23") + "?mode=ro", uri=True)
        self.database.text_factory = lambda b: b.decode("utf-8", errors="surrogateescape")
        problems = [row for row in self.database.execute("PRAGMA foreign_key_check")]
        if problems:
            raise SystemExit(f"foreign keys without a target: {problems[:5]}")

    def columns(self, table):
        return [row[1] for row in self.database.execute(f"PRAGMA table_info({table})")]

    def rows(self, table):
        return self.database.execute(f"SELECT {', '.join(COLUMNS[table])} FROM {table}")


class Postgresql:
    """All rows of a server's tables, as COPY writes them. Its foreign keys need no check: they hold."""

    ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}

    def __init__(self, url):
        self.url = url

    def copy(self, select):
        folder = os.environ.get("KIN_TEST_POSTGRESQL_BIN")
        psql = os.path.join(folder, "psql") if folder else "psql"
        command = [psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", f"COPY ({select}) TO STDOUT", self.url]
        out = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
        # Only line breaks that COPY wrote: text may have others.
        for line in out.decode("utf-8", errors="surrogateescape").split("\n")[:-1]:
            yield [None if cell == r"\N" else
                   re.sub(r"\\(.)", lambda m: self.ESCAPES.get(m.group(1), m.group(1)), cell)
                   for cell in line.split("\t")]

    def columns(self, table):
        return [row[0] for row in self.copy("SELECT column_name FROM information_schema.columns WHERE "
                                            f"table_schema = current_schema() AND table_name = '{table}'")]

    def rows(self, table):
        names = COLUMNS[table]
        for row in self.copy(f"SELECT {', '.join(names)} FROM {table}"):
            yield tuple(int(cell) if cell is not None and name in NUMBERS else cell for name, cell in zip(names, row))


class Mariadb:
    """All rows of a server's tables, each cell as the hexadecimal digits of its text. Its foreign keys hold."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        options = dict(urllib.parse.parse_qsl(parts.query))
        self.command = ["mariadb", "--no-defaults", "--batch", "--skip-column-names", "--default-character-set=utf8mb4"]
        for name, value in (("user", parts.username), ("host", parts.hostname), ("port", parts.port),
                            ("socket", options.get("socket"))):
            if value:
                self.command.append(f"--{name}={value}")
        self.command.append(urllib.parse.unquote(parts.path[1:]))
        self.environment = dict(os.environ)
        if parts.password:
            self.environment["MYSQL_PWD"] = urllib.parse.unquote(parts.password)

    def select(self, names, rest):
        cells = ", ".join(f"coalesce(hex(CAST({name} AS CHAR)), 'NULL')" for name in names)
        out = subprocess.run(self.command, input=f"SELECT {cells} FROM {rest}".encode(), stdout=subprocess.PIPE,
                             env=self.environment, check=True).stdout
        for line in out.decode().split("\n")[:-1]:
            yield [None if cell == "NULL" else bytes.fromhex(cell).decode("utf-8", errors="surrogateescape")
                   for cell in line.split("\t")]

    def columns(self, table):
        return [row[0] for row in self.select(["column_name"], "information_schema.columns WHERE "
                                              f"table_schema = database() AND table_name = '{table}'")]

    def rows(self, table):
        names = COLUMNS[table]
        for row in self.select(names, table):
            yield tuple(int(cell) if cell is not None and name in NUMBERS else cell for name, cell in zip(names, row))


def actual_tables(where):
    kind = {"postgresql": Postgresql, "mariadb": Mariadb}.get(where.split(":")[0], Sqlite)
    database = kind(where)
    for table, columns in COLUMNS.items():
        found = database.columns(table)
        if sorted(found) != sorted(columns):
            raise SystemExit(f"{table}: columns are {found}, expected {columns}")

    maintainers = {row[0]: row[1:] for row in database.rows("maintainer")}
    sections = {row[0]: row[1:] for row in database.rows("section")}
    packages = {row[0]: row[1:] for row in database.rows("package")}

    def section_name(key):
        return None if key is None else sections[key][0]

    # Lists, not sets: a row that stands there twice has to be seen.
    return {
        "maintainer": list(maintainers.values()),
        "section": [(name, section_name(parent)) for name, parent in sections.values()],
        "package": [row[:5] + (None if row[5] is None else maintainers[row[5]], section_name(row[6]))
                    for row in packages.values()],
        "dependency": [(packages[row[0]][0], row[1], packages[row[2]][0]) + row[3:]
                       for row in database.rows("dependency")],
    }


def compare(expected, actual):
    """Says how each table differs; gives whether any does."""
    differs = False
    for table in COLUMNS:
        want, have = expected[table], actual[table]
        missing, extra, repeated = want - set(have), set(have) - want, len(have) - len(set(have))
        if not missing and not extra and not repeated:
            print(f"{table}: {len(have)} rows, equal")
            continue
        differs = True
        print(f"{table}: {len(have)} rows, expected {len(want)}: {len(missing)} missing, {len(extra)} unexpected, "
              f"{repeated} repeated")
        for title, rows in (("missing", missing), ("unexpected", extra)):
            for row in sorted(rows, key=repr)[:3]:
                print(f"  {title}: {row!r}")
    return differs


def main(arguments):
    if len(arguments) < 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    expected = expected_tables(arguments[0])
    differ = [compare(expected, actual_tables(each)) for each in arguments[1:]]
    return 1 if any(differ) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
