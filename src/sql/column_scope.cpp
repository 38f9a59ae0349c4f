// Columns as text: which of the sources in scope a column is of, and under which name.
#include "writer.hpp"

namespace kin::sql {

void writer::write_column(const node& n) {
    if (n.identity == nullptr && n.text2.empty()) return write_name(n.text);
    const labelled& found = resolve(n);
    if (hides(*found.from, n.text)) hidden_ = true;
    if (scopes_.size() > 1 || scopes_.back().qualified) {
        write_name(found.label);
        text_ += '.';
    }
    write_name(n.text);
}

const writer::labelled& writer::resolve(const node& n) const {
    if (n.outward >= scopes_.size()) refuse_column(n, "has no select around it that it could belong to");
    for (std::size_t i = scopes_.size() - n.outward; i-- > 0;) {
        const labelled* same_alias = nullptr;
        const labelled* same_table = nullptr;
        int aliases = 0;
        int tables = 0;
        for (const labelled& s : scopes_[i].sources) {
            if (n.identity != nullptr && s.from->identity != n.identity) continue;
            ++tables;
            same_table = &s;
            // Without an identity a source is known by any of its names.
            const bool by_table = n.identity == nullptr && s.from->alias.empty();
            if ((by_table ? s.from->table : s.from->alias) == n.text2) {
                ++aliases;
                same_alias = &s;
            }
        }
        // Without an alias the only source of that table is meant, whatever it is called.
        if (aliases > 1 || (aliases == 0 && tables > 1 && n.text2.empty())) {
            refuse_column(n, "could belong to several sources, an alias has to tell which");
        }
        const labelled* const found = aliases == 1 ? same_alias : tables == 1 && n.text2.empty() ? same_table : nullptr;
        if (found == nullptr) continue;
        if (i < with_begins_ && !dialect_.rows_around_in_with) {
            refuse_column(n, "is one of a row around a WITH, which " + std::string{dialect_.name} +
                                 " cannot name there: load the relation and ask the objects");
        }
        return *found;
    }
    refuse_column(n, "belongs to no source of the query");
}

void writer::refuse_column(const node& n, std::string_view why) const {
    std::string message = "the column \"";
    if (!n.text2.empty()) message += n.text2 + "\".\"";
    message += n.text;
    message += "\" ";
    message += why;
    message += "; the sources are: ";
    bool first = true;
    for (std::size_t i = scopes_.size(); i-- > 0;) {
        for (const labelled& s : scopes_[i].sources) {
            if (!first) message += ", ";
            first = false;
            message += s.from->query ? "a select" : s.from->table;
            if (!s.from->alias.empty()) message += " as " + s.from->alias;
        }
    }
    if (first) message += "none";
    fail(std::move(message));
}

}  // namespace kin::sql
