// A database: where it is, its connections, its tables. Thread-safe; sessions are made from it.
#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>

#include <kin/engine/pool.hpp>
#include <kin/mapping/registration.hpp>
#include <kin/memory/hooks.hpp>
#include <kin/session/models.hpp>

namespace kin {

namespace detail {
struct database_life;

template <class List>
struct listed;
template <class... M>
struct listed<models<M...>> : models<M...> {};
template <class M>
requires(!requires { M::list(); }) struct listed<M> : models<M> {
};
}  // namespace detail

struct retry;
struct replicas;
namespace engine {
class replica_set;
}

class database {
  public:
    /// Opens nothing yet: `sqlite::memory:`, `sqlite:file.db?busy_timeout=100`, …; options of the pool are its own.
    /// A wrong URL throws usage_error at once.
    explicit database(std::string_view url, engine::pool_options = {}, const site& = site::current());
    /// With copies that sessions which only read may go to: `kin::replicas{{url, …}}`, in <kin/session/replicas.hpp>.
    /// usage_error where the list cannot be right; what only the servers know, the first read says.
    /// (A template, so that braces with options of the pool are never taken for replicas.)
    template <class Replicas>
    requires std::is_same_v<Replicas, replicas> database(std::string_view url, const Replicas& copies,
                                                         engine::pool_options options = {},
                                                         const site& where = site::current())
        : database{url, options, where} {
        replicate(copies, options, where);
    }
    ~database();
    database(const database&) = delete;
    database& operator=(const database&) = delete;

    /// CREATE TABLE and CREATE INDEX for the models of a `kin::models<…>`, referenced tables first, in one transaction.
    template <class Models>
    void create(const site& where = site::current()) {
        const auto list = detail::listed<Models>::list();
        create_tables(list.data(), list.size(), false, where);
    }
    /// As above; tables that exist are left alone.
    template <class Models>
    void create_missing(const site& where = site::current()) {
        const auto list = detail::listed<Models>::list();
        create_tables(list.data(), list.size(), true, where);
    }
    /// DROP TABLE for all of them, with their rows, in one transaction.
    template <class Models>
    void drop(const site& where = site::current()) {
        const auto list = detail::listed<Models>::list();
        drop_tables(list.data(), list.size(), where);
    }
    /// Whether the database can serve the models, once, when a program starts: schema_mismatch that lists all that
    /// would make a query fail (see <kin/schema/check.hpp>). Nine catalogue statements at most.
    template <class Models>
    void(check)(const site& where = site::current()) {
        const auto list = detail::listed<Models>::list();
        check_tables(list.data(), list.size(), where);
    }
    /// Runs SQL that is not Kin's business, several statements if need be; returns nothing.
    void script(std::string_view sql, const site& where = site::current());

    /// `kin::transact`, in <kin/session/transact.hpp>: a transaction that is tried again where it lost.
    template <class F>
    auto transact(const retry& how, F&& function, const site& where = site::current());

    /// Called after every statement of every connection, in the thread that ran it: SQL, parameters, rows, time, call
    /// site. An empty function ends it.
    void on_statement(engine::statement_listener);

    /// Reports what one transaction of a session sends `threshold` times or more from the same line, which a `with` or
    /// a batch would send once: when the transaction ends, each statement once, with its count and its line, to
    /// `report` or else to stderr. What goes over many objects or rows (above a hundred) is no repetition. For sessions
    /// that start after it; costs nothing while it is off, which a threshold of 0 turns it.
    void watch_n_plus_one(engine::repetition_listener report = {}, std::size_t threshold = 5);

    /// As session::on, for all sessions, and called before their own. Sessions share it: before they are opened.
    template <event E, class F>
    void on(F hook) {
        const mapping::model* model = detail::hooked_model<E, F>();
        add_hook(E, model, detail::erase<E>(std::move(hook)));
    }
    /// What sessions keep of it.
    [[nodiscard]] const counted<detail::database_life>& kin_life() const noexcept { return life_; }

    /// A connection of its own, beside all sessions; <kin/engine/connection.hpp> says what it can do.
    [[nodiscard]] engine::lease connect(const site& where = site::current()) { return pool_.acquire(where); }
    [[nodiscard]] engine::pool& pool() noexcept { return pool_; }
    /// Null where it has no replicas.
    [[nodiscard]] engine::replica_set* kin_replicas() const noexcept { return replicas_; }

  private:
    void create_tables(const mapping::model* const*, std::size_t, bool if_not_exists, const site&);
    void drop_tables(const mapping::model* const*, std::size_t, const site&);

    void check_tables(const mapping::model* const*, std::size_t, const site&);
    void replicate(const replicas&, const engine::pool_options&, const site&);
    void add_hook(event, const mapping::model*, const detail::erased_hook&);

    engine::pool pool_;
    counted<detail::database_life> life_;
    engine::replica_set* replicas_ = nullptr;  // owned
};

}  // namespace kin
