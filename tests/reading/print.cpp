// Programs as text.
#include "program.hpp"

namespace reading {

namespace {

std::string text(const cell& c) { return c ? std::to_string(*c) : "NULL"; }

std::string member(const schema& s, std::size_t m, const std::string& name) {
    return "&" + s.models[m].name + "::" + name;
}
std::string column_name(const schema& s, std::size_t m, std::size_t c) {
    return member(s, m, s.models[m].columns[c].name);
}
std::string relation_name(const schema& s, std::size_t m, std::size_t r) {
    return member(s, m, s.models[m].relations[r].name);
}

/// What the condition's relation leads to.
std::size_t target_of(const schema& s, std::size_t m, std::size_t r, std::size_t arm) {
    const relation& of = s.models[m].relations[r];
    return of.what == relation_kind::morph_to ? arm : of.target;
}

std::string text(const schema& s, std::size_t m, const condition& c) {
    static const char* const signs[] = {" == ", " != ", " < ", " <= ", " > ", " >= "};
    const std::string sign = signs[static_cast<std::size_t>(c.how)];
    const auto col = [&] { return "col(" + column_name(s, m, c.column) + ")"; };
    switch (c.what) {
        case operation::always:
            return "{}";
        case operation::compare:
            return col() + sign + std::to_string(c.value);
        case operation::is_null:
            return col() + ".is_null()";
        case operation::not_null:
            return col() + ".is_not_null()";
        case operation::in: {
            std::string list;
            for (const number v : c.values) list += (list.empty() ? "" : ", ") + std::to_string(v);
            return col() + ".in({" + list + "})";
        }
        case operation::both:
        case operation::either: {
            std::string all;
            for (const condition& part : c.parts) {
                all += (all.empty() ? "" : c.what == operation::both ? " && " : " || ") + text(s, m, part);
            }
            return "(" + all + ")";
        }
        case operation::negated:
            return "!(" + text(s, m, c.parts[0]) + ")";
        default: {
            const bool morph = s.models[m].relations[c.relation].what == relation_kind::morph_to;
            const std::size_t target = target_of(s, m, c.relation, c.arm);
            std::string out = c.what == operation::any ? "any" : c.what == operation::none ? "none" : "count";
            if (morph) out += "<" + s.models[target].name + ">";
            out += "(" + relation_name(s, m, c.relation);
            if (c.parts[0].what != operation::always) out += ", " + text(s, target, c.parts[0]);
            out += ")";
            if (c.what == operation::count) out += sign + std::to_string(c.value);
            return out;
        }
    }
}

std::string text(const schema& s, std::size_t m, const std::vector<sort>& order) {
    std::string out;
    for (const sort& by : order) {
        const std::string name = column_name(s, m, by.column);
        out += (out.empty() ? "" : ", ") + (by.descending ? "desc(" + name + ")" : name);
    }
    return ".order_by(" + out + ")";
}

std::string text(sight sees) {
    switch (sees) {
        case sight::with_removed:
            return ".with_removed()";
        case sight::only_removed:
            return ".only_removed()";
        case sight::without_scope:
            return ".without_scope()";
        default:
            return {};
    }
}

const char* name_of(strategy how) {
    static const char* const names[] = {"selectin", "joined",       "subquery", "batch",      "select",
                                        "raise",    "raise_on_sql", "noload",   "write_only", "contains_eager"};
    return names[static_cast<std::size_t>(how)];
}

std::string columns(const schema& s, std::size_t m, const std::vector<std::size_t>& only) {
    std::string out;
    for (const std::size_t c : only) out += (out.empty() ? "" : ", ") + column_name(s, m, c);
    return ".only(" + out + ")";
}

std::string window_text(const schema& s, std::size_t m, const window& w) {
    std::string out;
    if (w.where) out += ".where(" + text(s, m, *w.where) + ")";
    if (!w.order.empty()) out += text(s, m, w.order);
    if (w.limit) out += ".limit(" + std::to_string(*w.limit) + ")";
    if (w.offset) out += ".offset(" + std::to_string(*w.offset) + ")";
    return out + text(w.sees);
}

std::string text(const schema& s, const ask& a) {
    const relation& r = s.models[a.owner].relations[a.relation];
    std::string out = name_of(a.how);
    out += "(" + relation_name(s, a.owner, a.relation) + ")";
    if (a.how != strategy::contains_eager) out += window_text(s, r.target, a.part);
    if (r.tree() ? a.part.depth != 0 : a.depth != 1)
        out += ".depth(" + std::to_string(r.tree() ? a.part.depth : a.depth) + ")";
    if (!a.only.empty()) out += columns(s, r.target, a.only);
    for (const ask& below : a.with) out += ".with(" + text(s, below) + ")";
    return out;
}

std::string text(const schema& s, const query& q) {
    const std::string& name = s.models[q.model].name;
    std::string out = "s.query<" + name + ">()";
    if (q.join) out += ".join(" + relation_name(s, q.model, *q.join) + ")";
    if (q.where) out += ".where(" + text(s, q.model, *q.where) + ")";
    if (q.join && q.joined_where.what != operation::always) {
        out += ".where(" + text(s, s.models[q.model].relations[*q.join].target, q.joined_where) + ")";
    }
    if (!q.order.empty()) out += text(s, q.model, q.order);
    if (q.limit) out += ".limit(" + std::to_string(*q.limit) + ")";
    if (q.offset) out += ".offset(" + std::to_string(*q.offset) + ")";
    out += text(q.sees);
    if (!q.only.empty()) out += columns(s, q.model, q.only);
    for (const ask& a : q.asks) out += ".with(" + text(s, a) + ")";
    if (q.rest) out += std::string{".with("} + name_of(*q.rest) + "(all))";
    for (const counted& c : q.counts) {
        out += ".with_count(" + relation_name(s, q.model, c.relation);
        if (c.where) out += ", " + text(s, s.models[q.model].relations[c.relation].target, *c.where);
        if (!c.alias.empty()) out += ", \"" + c.alias + "\"";
        out += ")";
    }
    switch (q.ends) {
        case terminal::first:
            return out + ".first();";
        case terminal::one_or_none:
            return out + ".one_or_none();";
        case terminal::count:
            return out + ".count();";
        case terminal::exists:
            return out + ".exists();";
        case terminal::page:
            return out + ".page(" + std::to_string(q.page) + ", 2);";
        default:
            break;
    }
    out += ".all();";
    if (q.then_load.empty()) return out;
    out = "auto found = " + out;
    for (const ask& a : q.then_load) out += " s.load(found, " + text(s, a) + ");";
    return out;
}

std::string get(const schema& s, const object& o) {
    std::string id;
    for (const number n : o.id) id += (id.empty() ? "" : ", ") + std::to_string(n);
    return "s.get<" + s.models[o.model].name + ">(" + (o.id.size() > 1 ? "{" + id + "}" : id) + ")";
}

std::string cells(const model& m, const row& r) {
    std::string out;
    for (std::size_t c = 0; c < r.size(); ++c) {
        if (r[c]) out += (out.empty() ? "." : ", .") + m.columns[c].name + " = " + text(r[c]);
    }
    return m.name + "{" + out + "}";
}

}  // namespace

std::string printed(const schema& s, const object& o) {
    std::string id;
    for (const number n : o.id) id += (id.empty() ? "" : "/") + std::to_string(n);
    return s.models[o.model].name + " " + id;
}

std::string printed(const schema& s, const ask& a) { return text(s, a); }

std::string printed(const schema& s, const step& p) {
    const auto relation = [&] { return s.models[p.at.model].relations[p.relation].name; };
    const auto column = [&] { return s.models[p.at.model].columns[p.column].name; };
    switch (p.what) {
        case action::query:
            return text(s, p.asks);
        case action::load:
            return "s.load(" + get(s, p.at) + ", " + text(s, p.loads) + ");";
        case action::load_missing:
            return "s.load_missing(" + get(s, p.at) + ", " + relation_name(s, p.at.model, p.relation) + ");";
        case action::get:
            return "(void)" + get(s, p.at) + ";";
        case action::look:
            return p.on ? "// reads all relations of all objects"
                        : "// reads " + relation_name(s, p.at.model, p.relation) + " of all objects";
        case action::set:
        case action::set_key:
            return get(s, p.at) + "->" + column() + " = " + text(p.value) + ";";
        case action::put:
            return s.models[p.at.model].relations[p.relation].to_many()
                       ? get(s, p.at) + "->" + relation() + ".insert(" + get(s, p.other) + ");"
                       : get(s, p.at) + "->" + relation() + " = " + get(s, p.other) + ";";
        case action::take:
            return s.models[p.at.model].relations[p.relation].to_many()
                       ? get(s, p.at) + "->" + relation() + ".erase(" + get(s, p.other) + ");"
                       : get(s, p.at) + "->" + relation() + " = nullptr;";
        case action::add:
            return "s.add(" + cells(s.models[p.at.model], p.values) + ");";
        case action::remove:
            return "s.remove(" + get(s, p.at) + ");";
        case action::flush:
            return "s.flush();";
        case action::commit:
            return "s.commit();";
        case action::rollback:
            return "s.rollback();";
        case action::expire:
            return "s.expire(" + get(s, p.at) + ");";
        case action::expire_all:
            return "s.expire_all();";
        case action::refresh:
            return "s.refresh(" + get(s, p.at) + ");";
        case action::clear:
            return "s.clear();";
        default:
            return std::string{"s.strict("} + (p.on ? "true" : "false") + ");";
    }
}

std::string printed(const schema& s, const program& p) {
    std::string out = "// seed " + std::to_string(p.seed) + ", models of tests/reading/" + s.name + "_models.cpp\n";
    for (std::size_t m = 0; m < s.models.size(); ++m) {
        if (p.rows[m].empty()) continue;
        out += "// " + s.models[m].name + ":";
        for (const auto& [id, r] : p.rows[m]) {
            out += " {";
            for (std::size_t c = 0; c < r.size(); ++c) {
                out += (c == 0 ? "" : ", ") + s.models[m].columns[c].name + " " + text(r[c]);
            }
            out += "}";
        }
        out += "\n";
    }
    out += "kin::session s{db};\n";
    for (const step& each : p.steps) out += printed(s, each) + "\n";
    return out;
}

}  // namespace reading
