// Tables with the rows of a program; conditions as the library knows them.
#include "run.hpp"

namespace reading {

namespace {

std::string literal(const schema& s, const column& c, const cell& value) {
    if (!value) return "NULL";
    if (c.role == column_role::tag) return "'" + s.tags[static_cast<std::size_t>(*value)] + "'";
    if (c.role == column_role::removed) return "'2020-01-01 00:00:00'";
    if (c.spelled != nullptr) return "'" + c.spelled(*value) + "'";
    return std::to_string(*value);
}

/// Written when all rows are there.
bool later(const column& c) { return c.role == column_role::key && c.nullable; }

}  // namespace

stage::stage(const family& f) : models_{&f}, database_{std::make_unique<kin::database>(place_.url())} {
    f.create(*database_);
    for (const model& m : f.shape->models) {
        for (const column& c : m.columns) {
            if (later(c)) empty_ += "UPDATE " + m.table + " SET " + c.name + " = NULL;";
        }
    }
    for (auto m = f.shape->models.rbegin(); m != f.shape->models.rend(); ++m) empty_ += "DELETE FROM " + m->table + ";";
}

void stage::fill(const std::vector<std::map<key, row>>& rows) {
    const schema& s = *models_->shape;
    std::string sql = empty_, updates;
    for (std::size_t i = 0; i < s.models.size(); ++i) {
        const model& m = s.models[i];
        if (rows[i].empty()) continue;
        std::string names, values;
        for (const column& c : m.columns) names += (names.empty() ? "" : ", ") + c.name;
        for (const auto& [id, r] : rows[i]) {
            std::string tuple, set;
            for (std::size_t c = 0; c < r.size(); ++c) {
                const bool wait = later(m.columns[c]) && r[c];
                tuple += (c == 0 ? "" : ", ") + (wait ? "NULL" : literal(s, m.columns[c], r[c]));
                if (wait) set += (set.empty() ? "" : ", ") + m.columns[c].name + " = " + literal(s, m.columns[c], r[c]);
            }
            for (int i = m.twice ? 2 : 1; i > 0; --i) values += (values.empty() ? "(" : ", (") + tuple + ")";
            if (set.empty()) continue;
            updates += "UPDATE " + m.table + " SET " + set + " WHERE ";
            for (std::size_t k = 0; k < m.id.size(); ++k) {
                updates +=
                    (k == 0 ? "" : " AND ") + m.columns[m.id[k]].name + " = " + literal(s, m.columns[m.id[k]], id[k]);
            }
            updates += ";";
        }
        sql += "INSERT INTO " + m.table + " (" + names + ") VALUES " + values + ";";
    }
    database_->script("BEGIN;" + sql + updates + "COMMIT");
}

namespace {

kin::condition compared(const auto& what, comparison how, const auto& with) {
    switch (how) {
        case comparison::equal:
            return what == with;
        case comparison::unequal:
            return what != with;
        case comparison::less:
            return what < with;
        case comparison::less_equal:
            return what <= with;
        case comparison::greater:
            return what > with;
        default:
            return what >= with;
    }
}

}  // namespace

kin::condition built(const family& f, std::size_t m, const condition& c) {
    const auto column = [&] { return f.faces[m].columns[c.column].of(); };
    const auto text =
        f.shape->models[m].columns.size() > c.column ? f.shape->models[m].columns[c.column].spelled : nullptr;
    switch (c.what) {
        case operation::always:
            return {};
        case operation::compare:
            if (text != nullptr) return compared(f.faces[m].columns[c.column].text_of(), c.how, text(c.value));
            return compared(column(), c.how, c.value);
        case operation::is_null:
            return column().is_null();
        case operation::not_null:
            return column().is_not_null();
        case operation::in:
            if (text != nullptr) {
                std::vector<std::string> texts;
                for (const number n : c.values) texts.push_back(text(n));
                return f.faces[m].columns[c.column].text_of().in(texts);
            }
            return column().in(c.values);
        case operation::both:
            return built(f, m, c.parts[0]) && built(f, m, c.parts[1]);
        case operation::either:
            return built(f, m, c.parts[0]) || built(f, m, c.parts[1]);
        case operation::negated:
            return !built(f, m, c.parts[0]);
        default: {
            const relation& r = f.shape->models[m].relations[c.relation];
            const std::size_t target = r.what == relation_kind::morph_to ? c.arm : r.target;
            const kin::condition inner = built(f, target, c.parts[0]);
            const relation_face& face = f.faces[m].relations[c.relation];
            if (c.what == operation::count) return compared(face.count(inner), c.how, c.value);
            return face.any(target, inner, c.what == operation::none);
        }
    }
}

const std::vector<const family*>& families() {
    static const std::vector<const family*> all{&web(), &press(), &stock(), &media(), &odd()};
    return all;
}

}  // namespace reading
