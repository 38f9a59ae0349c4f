#include "session/link_sql.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <tuple>
#include <vector>

#include <kin/graph/fields.hpp>
#include <kin/mapping/column.hpp>
#include <kin/sql/compiler.hpp>
#include <kin/sql/dialect.hpp>

#include "mapping/scope.hpp"

namespace kin::detail {

namespace {

enum class change : std::uint8_t { remove, add, add_arrays };

engine::fixed_statement statement(const mapping::link_pair& links, const sql::dialect& d, change what) {
    const mapping::model& m = *links.through;
    if (what == change::remove) {
        sql::remove s;
        s.from = mapping::every_row_of(m);
        for (const std::uint16_t c : links.unique_columns) {
            s.where =
                sql::both(s.where, sql::binary(sql::op::equal, sql::column(&m, m.columns[c].name), sql::placeholder()));
        }
        return engine::fixed_statement{sql::compile(s, d).text};
    }
    sql::insert s;
    s.into = mapping::every_row_of(m);
    for (const std::uint16_t c : links.unique_columns) {
        s.columns.push_back(m.columns[c].name);
        if (what == change::add_arrays) s.arrays.push_back(m.columns[c].io.type);
    }
    if (links.unique) {
        s.conflict = sql::on_conflict::do_nothing;
        s.conflict_columns = s.columns;
    }
    return engine::fixed_statement{sql::compile(s, d).text};
}

/// Built once in the program, as the statements of models are. Thread-safe.
const engine::fixed_statement& statement_of(const mapping::link_pair& links, const sql::dialect& d, change what) {
    static std::mutex lock;
    static auto* all = new std::map<std::tuple<const mapping::link_pair*, const sql::dialect*, change>,
                                    std::unique_ptr<engine::fixed_statement>>;
    const std::scoped_lock guard{lock};
    auto& known = (*all)[{&links, &d, what}];
    if (known == nullptr) known = std::make_unique<engine::fixed_statement>(statement(links, d, what));
    return *known;
}

/// The keys of many pairs side by side, in a shape that the driver can bind: a cell holds a number, a uuid or a text.
class pair_rows {
  public:
    pair_rows(const mapping::link_pair& links, std::size_t pairs) : pairs_{pairs} {
        for (const mapping::foreign_key* k : {links.first, links.second}) {
            for (const std::uint16_t c : k->target_columns) {
                field f = k->target->fields[c];
                const layout was = f.rep;
                f.optional = nullptr;
                f.codec = nullptr;
                f.offset = static_cast<std::uint32_t>(fields_.size() * sizeof(cell));
                f.rep = was <= layout::u64 ? layout::i64 : was;
                if (was == layout::custom || was == layout::blob) {
                    throw mapping_error{links.through->name +
                                        ": a link needs keys that are numbers, text or uuid: give it an association "
                                        "object"};
                }
                f.name = links.through->columns[links.unique_columns[fields_.size()]].name.c_str();
                fields_.push_back(f);
            }
            if (!k->tagged) continue;
            fields_.push_back({.offset = static_cast<std::uint32_t>(fields_.size() * sizeof(cell)),
                               .rep = layout::string,
                               .type = kind::text,
                               .name = links.through->columns[k->tag.column].name.c_str()});
        }
        cells_ = std::make_unique<cell[]>(pairs * fields_.size());
        for (std::size_t i = 0; i < pairs * fields_.size(); ++i) {
            if (fields_[i % fields_.size()].rep == layout::string) ::new (static_cast<void*>(&cells_[i])) std::string;
        }
    }
    pair_rows(const pair_rows&) = delete;
    pair_rows& operator=(const pair_rows&) = delete;
    ~pair_rows() {
        using std::string;
        for (std::size_t i = 0; i < pairs_ * fields_.size(); ++i) {
            if (fields_[i % fields_.size()].rep == layout::string) {
                std::launder(reinterpret_cast<string*>(&cells_[i]))->~string();
            }
        }
    }

    void set(std::size_t row, const mapping::link_pair& links, const graph::node& first, const graph::node& second) {
        std::size_t column = 0;
        const auto add = [&](const mapping::foreign_key& k, const graph::node& end) {
            for (const std::uint16_t c : k.target_columns) {
                graph::copy_key(fields_[column++], at(row), k.target->fields[c], end.object());
            }
            if (k.tagged) graph::assign(fields_[column++], at(row), k.tag.is.view());
        };
        add(*links.first, first);
        add(*links.second, second);
    }
    [[nodiscard]] void* at(std::size_t row) noexcept { return &cells_[row * fields_.size()]; }
    [[nodiscard]] std::span<const field> fields() const noexcept { return fields_; }

  private:
    struct alignas(16) cell {
        std::byte bytes[sizeof(std::string) > 16 ? sizeof(std::string) : 16];
    };
    std::size_t pairs_;
    std::vector<field> fields_;
    std::unique_ptr<cell[]> cells_;
};

}  // namespace

engine::cursor write_pairs(engine::connection& c, const mapping::link_pair& links,
                           std::span<const std::pair<graph::node*, graph::node*>> pairs, bool add) {
    pair_rows rows{links, pairs.size()};
    std::vector<const void*> objects;
    objects.reserve(pairs.size());
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        rows.set(i, links, *pairs[i].first, *pairs[i].second);
        objects.push_back(rows.at(i));
    }
    if (add && pairs.size() >= 16 && c.dialect().row_arrays) {
        return c.run(statement_of(links, c.dialect(), change::add_arrays),
                     {.fields = rows.fields(), .objects = objects});
    }
    c.run_each(statement_of(links, c.dialect(), add ? change::add : change::remove), rows.fields(), objects, {});
    return {};
}

}  // namespace kin::detail
