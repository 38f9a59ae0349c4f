// Selects made of selects: common table expressions, set operations, derived tables.
#include "writer.hpp"

namespace kin::sql {

namespace {

std::string_view keyword(set_operation how) {
    switch (how) {
        case set_operation::unite:
            return " UNION ";
        case set_operation::unite_all:
            return " UNION ALL ";
        case set_operation::intersect:
            return " INTERSECT ";
        case set_operation::except:
            break;
    }
    return " EXCEPT ";
}

bool stands_alone(const select& s) {
    return s.with.empty() && s.combined.empty() && s.order_by.empty() && !s.limit && !s.offset;
}

bool same_column(const node& a, const node& b) {
    return &a == &b || (a.what == op::column && b.what == op::column && a.identity == b.identity && a.text == b.text &&
                        a.text2 == b.text2 && a.outward == b.outward);
}

}  // namespace

std::string writer::next_label() { return "t" + std::to_string(++labels_); }

void writer::write_with(const std::vector<cte>& around, const std::vector<cte>& own) {
    if (around.empty() && own.empty()) return;
    bool recursive = false;
    for (const auto* list : {&around, &own}) {
        for (const cte& each : *list) recursive = recursive || each.recursive;
    }
    text_ += recursive ? "WITH RECURSIVE " : "WITH ";
    bool first = true;
    for (const auto* list : {&around, &own}) {
        for (const cte& each : *list) {
            if (!each.query) fail("the common table expression \"" + each.name + "\" has no select");
            if (!first) text_ += ", ";
            first = false;
            write_name(each.name);
            if (!each.columns.empty()) {
                text_ += '(';
                write_names(each.columns);
                text_ += ')';
            }
            text_ += each.materialized ? " AS MATERIALIZED (" : " AS (";
            const std::size_t around_it = std::exchange(with_begins_, scopes_.size());
            write(*each.query);
            with_begins_ = around_it;
            text_ += ')';
        }
    }
    text_ += ' ';
}

void writer::write_before_writing(const std::vector<cte>& list) {
    static const std::vector<cte> none;
    if (dialect_.with_writes) return write_with(none, list);
    pending_ = list.empty() ? nullptr : &list;
}

// INTERSECT binds stronger for PostgreSQL and MariaDB, and as strong as the others for SQLite, which has no brackets
// for the parts either: wherever the order matters, what comes first is a table of its own.
void writer::write_combined(const select& s, std::size_t parts) {
    if (parts == 0) {
        scopes_.push_back(scope_of(s));
        write_core(s);
        scopes_.pop_back();
        return;
    }
    const combination& last = s.combined[parts - 1];
    bool wrapped = false;
    for (std::size_t i = 0; last.how == set_operation::intersect && i + 1 < parts; ++i) {
        wrapped = wrapped || s.combined[i].how != set_operation::intersect;
    }
    if (wrapped) text_ += "SELECT * FROM (";
    write_combined(s, parts - 1);
    if (wrapped) {
        text_ += ") AS ";
        write_name(next_label());
    }
    text_ += keyword(last.how);
    write_part(*last.query);
}

void writer::write_part(const select& s) {
    if (stands_alone(s)) return write(s);
    text_ += "SELECT * FROM (";
    write(s);
    text_ += ") AS ";
    write_name(next_label());
}

// A derived table sees what is around its select, not what stands beside it.
void writer::write_derived(const select& s) {
    scope beside = std::move(scopes_.back());
    scopes_.pop_back();
    text_ += '(';
    write(s);
    text_ += ')';
    scopes_.push_back(std::move(beside));
}

ordering writer::over_result(const ordering& o, const select& first) const {
    if (!o.by.empty()) {
        if (o.by->what == op::column && o.by->identity == nullptr && o.by->text2.empty()) return o;
        for (const result_column& c : first.columns) {
            if (c.what.empty() || !same_column(*c.what, *o.by)) continue;
            if (!c.label.empty()) return {column(nullptr, c.label), o.descending, o.place};
            if (o.by->what == op::column) return {column(nullptr, o.by->text), o.descending, o.place};
        }
    }
    fail("combined selects are ordered by columns of their result: give the expression a label and order by that");
}

}  // namespace kin::sql
