// Follows the grammar of SQLite's parse.y; what it does not know is kept as text, up to the next comma.
#include "table_text.hpp"

#include <algorithm>

#include "tokens.hpp"

namespace kin::schema {

namespace {

/// ` ON CONFLICT …`, or nothing.
std::string take_conflict(token_stream& in) {
    return in.take("ON", "CONFLICT") ? " ON CONFLICT " + in.take_name() : std::string{};
}

sql::deferring take_deferring(token_stream& in, sql::deferring as_it_was) {
    if (in.take("NOT", "DEFERRABLE")) {
        if (in.take("INITIALLY")) in.skip();
        return sql::deferring::never;
    }
    if (!in.take("DEFERRABLE")) return as_it_was;
    if (!in.take("INITIALLY")) return sql::deferring::can_be;
    const bool deferred = in.is("DEFERRED");
    in.skip();
    return deferred ? sql::deferring::at_commit : sql::deferring::can_be;
}

std::string take_action(token_stream& in) {
    if (in.take("SET", "NULL")) return "SET NULL";
    if (in.take("SET", "DEFAULT")) return "SET DEFAULT";
    if (in.take("NO", "ACTION")) return {};
    if (in.take("CASCADE")) return "CASCADE";
    if (in.take("RESTRICT")) return "RESTRICT";
    in.skip();
    return {};
}

/// Behind REFERENCES.
void take_target(token_stream& in, sql::foreign_key_definition& key) {
    key.table = in.take_name();
    key.target_columns = in.take_names();
    while (true) {
        if (in.take("ON", "DELETE")) {
            key.on_delete = take_action(in);
        } else if (in.take("ON", "UPDATE")) {
            key.on_update = take_action(in);
        } else if (in.take("ON", "INSERT")) {
            take_action(in);  // parsed and ignored by SQLite, as MATCH is
        } else if (in.take("MATCH")) {
            in.skip();
        } else {
            break;
        }
    }
    key.deferring = take_deferring(in, key.deferring);
}

class table_parser {
  public:
    explicit table_parser(std::string_view sql) : in_{sql} {}

    table_text parse() {
        if (!in_.take("CREATE")) return {};
        while (!in_.at_end() && !in_.is("(") && !in_.is("AS")) in_.skip();
        if (!in_.take("(")) return {};
        while (!in_.at_end() && !in_.is(")")) {
            if (!table_constraint()) column();
            in_.take(",");
        }
        in_.take(")");
        const std::size_t from = in_.position();
        while (!in_.at_end()) in_.skip();
        table_.options = in_.text(from, in_.position());
        return std::move(table_);
    }

  private:
    [[nodiscard]] bool at_item_end() const { return in_.at_end() || in_.is(",") || in_.is(")"); }

    std::string constraint_name() { return in_.take("CONSTRAINT") ? in_.take_name() : std::string{}; }

    /// A key over columns of which each may have a collation and a direction; `sql` where it has, or a conflict.
    sql::unique_definition key_of(std::string_view what, std::string name) {
        sql::unique_definition key{.name = std::move(name)};
        const std::size_t list = in_.position();
        key.columns = in_.take_names();
        const std::size_t behind = in_.position();
        // `PRIMARY KEY (id AUTOINCREMENT)` says it of the column.
        std::size_t end = behind - 1;
        for (in_.go_to(list); in_.position() < behind; in_.skip()) {
            if (in_.is("AUTOINCREMENT")) end = in_.position();
        }
        if (end != behind - 1) counts(key);
        const bool plain = end - list == key.columns.size() * 2;
        const std::string conflict = take_conflict(in_);
        if (!plain || !conflict.empty()) key.sql = std::string{what} + " (" + in_.text(list + 1, end) + ")" + conflict;
        return key;
    }

    void counts(const sql::unique_definition& key) {
        for (column_text& c : table_.columns) c.autoincrement |= !key.columns.empty() && equal(c.name, key.columns[0]);
    }
    /// As SQLite compares names.
    static bool equal(std::string_view a, std::string_view b) {
        const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
        return std::ranges::equal(a, b, {}, lower, lower);
    }

    bool table_constraint() {
        if (!in_.is("CONSTRAINT") && !in_.is("PRIMARY") && !in_.is("UNIQUE") && !in_.is("CHECK") &&
            !in_.is("FOREIGN")) {
            return false;
        }
        std::string name = constraint_name();
        const std::size_t from = in_.position();
        if (in_.take("PRIMARY", "KEY")) {
            table_.primary_key = key_of("PRIMARY KEY", std::move(name));
        } else if (in_.take("UNIQUE")) {
            table_.uniques.push_back(key_of("UNIQUE", std::move(name)));
        } else if (in_.take("CHECK")) {
            table_.checks.push_back({.name = std::move(name), .sql = in_.take_parenthesised()});
            take_conflict(in_);
        } else if (in_.take("FOREIGN", "KEY")) {
            sql::foreign_key_definition key{.name = std::move(name), .columns = in_.take_names()};
            if (in_.take("REFERENCES")) take_target(in_, key);
            table_.foreign_keys.push_back(std::move(key));
        } else if (!at_item_end()) {
            while (!at_item_end()) in_.skip_nested();
            table_.others.push_back({.name = std::move(name), .sql = in_.text(from, in_.position())});
        }
        return true;
    }

    [[nodiscard]] bool begins_column_constraint() const {
        for (const std::string_view word : {"CONSTRAINT", "PRIMARY", "NOT", "NULL", "UNIQUE", "CHECK", "DEFAULT",
                                            "COLLATE", "REFERENCES", "GENERATED", "AS", "DEFERRABLE"}) {
            if (in_.is(word)) return true;
        }
        return false;
    }

    void column() {
        const std::size_t before = in_.position();
        column_text c{.name = in_.take_name()};
        while (!at_item_end() && !begins_column_constraint()) in_.skip_nested();  // its type, which a pragma tells
        while (!at_item_end()) column_constraint(c);
        table_.columns.push_back(std::move(c));
        if (in_.position() == before) in_.skip();
    }

    void column_constraint(column_text& c) {
        std::string name = constraint_name();
        const std::size_t from = in_.position();
        if (in_.take("PRIMARY", "KEY")) {
            primary_key(c, std::move(name));
        } else if (in_.take("UNIQUE")) {
            const std::string conflict = take_conflict(in_);
            sql::unique_definition key{.name = std::move(name), .columns = {c.name}};
            if (!conflict.empty()) key.sql = "UNIQUE (" + quoted(c.name) + ")" + conflict;
            table_.uniques.push_back(std::move(key));
        } else if (in_.take("NOT", "NULL") || in_.take("NULL")) {
            if (!take_conflict(in_).empty()) keep(c, from);
        } else if (in_.take("CHECK")) {
            table_.checks.push_back({.name = std::move(name), .sql = in_.take_parenthesised(), .column = c.name});
            take_conflict(in_);
        } else if (in_.take("DEFAULT")) {
            default_value(c);
        } else if (in_.take("COLLATE")) {
            c.collation = in_.take_name();
        } else if (in_.take("REFERENCES")) {
            sql::foreign_key_definition key{.name = std::move(name), .columns = {c.name}};
            take_target(in_, key);
            table_.foreign_keys.push_back(std::move(key));
        } else if (in_.is("DEFERRABLE") || in_.is("NOT")) {
            const sql::deferring when = take_deferring(in_, sql::deferring::never);
            if (in_.position() == from) {
                in_.skip();
            } else if (!table_.foreign_keys.empty()) {
                table_.foreign_keys.back().deferring = when;
            }
        } else if (in_.take("GENERATED", "ALWAYS") || in_.is("AS")) {
            if (in_.take("AS")) {
                c.generated_sql = in_.take_parenthesised();
                c.stored = in_.take("STORED");
                in_.take("VIRTUAL");
            }
        } else {
            in_.skip_nested();
            keep(c, from);
        }
    }

    void primary_key(column_text& of, std::string name) {
        sql::unique_definition key{.name = std::move(name), .columns = {of.name}};
        std::string more;
        if (in_.take("DESC")) more = " DESC";
        in_.take("ASC");
        const std::string conflict = take_conflict(in_);
        if (!more.empty() || !conflict.empty()) key.sql = "PRIMARY KEY (" + quoted(of.name) + more + ")" + conflict;
        table_.primary_key = std::move(key);
        of.autoincrement = in_.take("AUTOINCREMENT");
    }

    void default_value(column_text& c) {
        const std::size_t from = in_.position();
        if (in_.is("+") || in_.is("-")) in_.skip();
        in_.skip_nested();
        c.default_sql = in_.text(from, in_.position());
    }

    void keep(column_text& c, std::size_t from) {
        c.options += (c.options.empty() ? "" : " ") + in_.text(from, in_.position());
    }

    static std::string quoted(const std::string& name) {
        std::string text = "\"";
        for (const char letter : name) text.append(letter == '"' ? 2 : 1, letter);
        return text + '"';
    }

    token_stream in_;
    table_text table_{};
};

}  // namespace

table_text parse_create_table(std::string_view sql) { return table_parser{sql}.parse(); }

index_text parse_create_index(std::string_view sql) {
    token_stream in{sql};
    index_text index;
    while (!in.at_end() && !in.is("(")) in.skip();
    if (!in.take("(")) return index;
    while (!in.at_end() && !in.is(")")) {
        const std::size_t from = in.position();
        std::size_t to = from;  // behind what is no COLLATE, ASC or DESC at the end
        while (!in.at_end() && !in.is(",") && !in.is(")")) {
            if (in.take("COLLATE")) {
                in.skip();
                continue;
            }
            if (in.take("ASC") || in.take("DESC")) continue;
            in.skip_nested();
            to = in.position();
        }
        index.parts.push_back(in.text(from, to));
        in.take(",");
    }
    in.take(")");
    if (!in.take("WHERE")) return index;
    const std::size_t from = in.position();
    while (!in.at_end()) in.skip();
    index.where = in.text(from, in.position());
    return index;
}

}  // namespace kin::schema
