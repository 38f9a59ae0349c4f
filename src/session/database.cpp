// A database: where it is, its connections, its tables.
#include <kin/engine/connection.hpp>
#include <kin/engine/url.hpp>
#include <kin/schema/check.hpp>
#include <kin/schema/schema.hpp>
#include <kin/session/database.hpp>

#include "engine/replica_set.hpp"
#include "session/core.hpp"

namespace kin {

database::database(std::string_view url, engine::pool_options options, const site& where)
    : pool_{engine::url::parse(url, where), options}, life_{counted<detail::database_life>::make()} {}

database::~database() {
    life_->here = false;
    delete replicas_;
    detail::drop_hooks(std::exchange(life_->hooks, nullptr));
}

void database::replicate(const replicas& copies, const engine::pool_options& options, const site& where) {
    replicas_ = new engine::replica_set{pool_, copies, options, where};
}

void database::add_hook(event e, const mapping::model* m, const detail::erased_hook& hook) {
    detail::add_hook(life_->hooks, e, m, hook);
}

void database::script(std::string_view sql, const site& where) { pool_.acquire(where)->script(sql); }

void database::on_statement(engine::statement_listener listener) {
    if (replicas_ != nullptr) replicas_->on_statement(listener);
    pool_.on_statement(std::move(listener));
}

void database::watch_n_plus_one(engine::repetition_listener report, std::size_t threshold) {
    if (replicas_ != nullptr) replicas_->watch_repetitions(report, threshold);
    pool_.watch_repetitions(std::move(report), threshold);
}

void database::create_tables(const mapping::model* const* list, std::size_t count, bool if_not_exists,
                             const site& where) {
    auto connection = pool_.acquire(where);
    schema::create(*connection, {list, count}, if_not_exists, where);
}

void database::check_tables(const mapping::model* const* list, std::size_t count, const site& where) {
    auto connection = pool_.acquire(where);
    (schema::check)(*connection, {list, count}, where);
}

void database::drop_tables(const mapping::model* const* list, std::size_t count, const site& where) {
    auto connection = pool_.acquire(where);
    schema::drop(*connection, {list, count}, true, where);
}

}  // namespace kin
