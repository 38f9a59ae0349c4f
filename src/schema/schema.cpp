// Creates and drops tables, in one transaction where the database can.
#include <kin/schema/schema.hpp>

#include <kin/engine/connection.hpp>
#include <kin/sql/compiler.hpp>

#include "engine/taking_back.hpp"
#include "model_tables.hpp"
#include "order.hpp"

namespace kin::schema {

namespace {

/// A transaction of its own, unless the caller has one open already, or tables are not changed in one.
class scoped_transaction {
  public:
    explicit scoped_transaction(engine::connection& on)
        : on_{on}, own_{!on.in_transaction() && !on.dialect().table_changes_commit} {
        if (own_) on_.begin();
    }
    scoped_transaction(const scoped_transaction&) = delete;
    scoped_transaction& operator=(const scoped_transaction&) = delete;
    ~scoped_transaction() {
        if (own_) on_.rollback();
    }
    void commit() {
        if (own_) on_.commit();
        own_ = false;
    }

  private:
    engine::connection& on_;
    bool own_;
};

void run(engine::connection& on, const std::vector<std::string>& statements, const site& where) {
    on.at(where);
    scoped_transaction transaction{on};
    for (const std::string& s : statements) on.script(s);
    transaction.commit();
}

}  // namespace

std::vector<std::string> create_statements(model_list models, const sql::dialect& d, bool if_not_exists,
                                           const site& where) {
    return create_statements(catalogue_of(models, d, where), d, if_not_exists);
}

std::vector<std::string> drop_statements(model_list models, const sql::dialect& d, bool if_exists, const site&) {
    const catalogue all = outline_of(models, d);
    const creation_order ordered = order(all.tables);
    std::vector<std::string> statements;
    for (const sql::view_definition& v : all.views) {
        statements.push_back(sql::compile(sql::drop_view{v.schema, v.name, if_exists}, d));
    }
    if (ordered.cyclic && !d.drop_cycle_before.empty()) statements.emplace_back(d.drop_cycle_before);
    for (auto at = ordered.tables.rbegin(); at != ordered.tables.rend(); ++at) {
        statements.push_back(sql::compile(
            sql::drop_table{
                .schema = (*at)->schema, .table = (*at)->name, .if_exists = if_exists, .cascade = ordered.cyclic},
            d));
    }
    if (ordered.cyclic && !d.drop_cycle_after.empty()) statements.emplace_back(d.drop_cycle_after);
    return statements;
}

void create(engine::connection& on, model_list models, bool if_not_exists, const site& where) {
    on.at(where);
    // An index that is there already is left out by its name alone, whosever it is.
    const taken_names taken = if_not_exists ? taken_names{on} : taken_names{};
    const sql::dialect& d = on.dialect();
    catalogue wanted = catalogue_of(models, d, taken, where);
    if (if_not_exists) {
        std::erase_if(wanted.views, [&](const auto& v) { return taken.contains(v.schema, v.name); });
    }
    run(on, create_statements(wanted, d, if_not_exists), where);
}

void drop(engine::connection& on, model_list models, bool if_exists, const site& where) {
    const sql::dialect& d = on.dialect();
    try {
        run(on, drop_statements(models, d, if_exists, where), where);
    } catch (...) {
        // What was switched off outlives the transaction.
        if (!d.drop_cycle_after.empty()) engine::take_back(on, [&] { on.script(d.drop_cycle_after); });
        throw;
    }
}

}  // namespace kin::schema
