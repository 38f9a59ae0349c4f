// Streams: one SELECT that stays open, and a session within the session for the objects of each chunk.
#include "session/streaming.hpp"

#include <kin/query/stream.hpp>
#include <kin/sql/compiler.hpp>

#include "planning/flush_choice.hpp"
#include "query/distinct_owners.hpp"

namespace kin::detail {

using graph::node;

namespace {

void refuse_contained(const std::vector<load_option>& level, const site& where) {
    for (const load_option& e : level) {
        if (e.contained) {
            throw usage_error{"contains_eager is not for streams: rows of one object may fall into two chunks",
                              {.where = where}};
        }
        refuse_contained(e.nested, where);
    }
}

}  // namespace

row_stream::row_stream(session_core& outer, const query_plan& plan, std::size_t size, const site& where)
    : outer_{&outer},
      inner_{outer},
      tree_{resolved(*plan.what, plan.with.level())},
      shape_{*plan.what, plan.missing()},
      aggregates_{plan.aggregates},
      repeats_{!plan.select.joins.empty()},
      size_{size},
      where_{where} {
    const session_guard guard{outer, where};
    if (size == 0) throw usage_error{"a stream's chunks hold at least one object each", {.where = where}};
    if (plan.select.lock != sql::row_lock::none) outer.loading.connection.before_locking(where);
    if (tree_ != nullptr) refuse_contained(*tree_, where);
    // Eager and lazy loads of the chunks read what is flushed by now.
    if (outer.memory.phase.autoflush && outer.work.pending.dirty())
        outer.work.flushing.flush(where, flush_choice::ready());
    query_plan ordered = plan;
    ordered.add_relation_order();
    statement_ = limits_rows(ordered) ? of_whole_objects(ordered, false) : std::move(ordered.select);
    statement_.columns.clear();
    shape_.add_to(statement_, statement_.from[0].alias);
    engine::connection& c = outer.loading.connection.open(where);
    apart_ = c.dialect().fixed_reads;
    sql::compiled compiled = sql::compile(statement_, c.dialect(), where);
    row_ = c.run_holding(compiled.text, std::move(compiled.parameters), size);
    outer.loading.connection.begin_read(*this);
}

row_stream::~row_stream() {
    inner_.memory.hooks.own = nullptr;  // the outer session's
    if (outer_ == nullptr) return;
    outer_->loading.connection.end_read(*this);
}

void row_stream::set_apart() {
    if (apart_ || done_) return;
    apart_ = true;
    row_.finish();
    // Nothing was written since: the same statement finds the same rows, and keeps them before it gives the first one.
    sql::select rest;
    rest.with.push_back(sql::with("kin_stream", std::move(statement_)));
    rest.with.back().materialized = true;
    rest.from.push_back({.table = "kin_stream"});
    rest.columns.push_back({sql::star(), {}});
    rest.offset = read_;
    engine::connection& c = outer_->loading.connection.open(where_);
    sql::compiled compiled = sql::compile(rest, c.dialect(), where_);
    row_ = c.run_holding(compiled.text, std::move(compiled.parameters), size_);
    ahead_ = row_.next();
    if (!ahead_) {
        done_ = true;
        row_.finish();
    }
}

bool row_stream::next_row() {
    if (std::exchange(ahead_, false)) return true;
    const bool more = row_.next();
    if (more) ++read_;
    return more;
}

void row_stream::end() noexcept {
    row_.finish();
    outer_ = nullptr;
    inner_.loading.connection.leave_outer();
    inner_.memory.hooks.own = nullptr;
}

/// A join may show an object several times, also in chunks that are gone: its key is remembered.
bool row_stream::first_time() {
    std::string key;
    for (const std::uint16_t c : shape_.what.primary_key) {
        const value_view cell = row_.cell(shape_.at(c));
        if (cell.bytes.data() != nullptr) {
            key += std::to_string(cell.bytes.size()) + ':';
            key += cell.bytes;
        } else {
            key += std::to_string(cell.integer) + ' ';
        }
    }
    return shown_.insert(std::move(key)).second;
}

graph::row_list row_stream::next() {
    if (done_) return {};
    if (outer_ == nullptr) throw usage_error{"the transaction that this stream read in is over", {.where = where_}};
    const session_guard guard{*outer_, where_};
    inner_.memory.phase.strict = outer_->memory.phase.strict;
    inner_.memory.hooks.own = outer_->memory.hooks.own;  // after_load
    inner_.clear(where_);
    const mapping::model& m = shape_.what;
    model_state& state = inner_.memory.objects.state_of(m);
    graph::group* const g = inner_.loading.hydrator.new_group(m, where_);
    const load_level level{tree_.get(), nullptr};
    g->missing = shape_.missing;
    g->plan = inner_.memory.contents.said.lasting(level, inner_.memory.objects.arena());
    found_.clear();
    while (found_.size() < size_) {
        if (!next_row()) {
            done_ = true;
            row_.finish();
            break;
        }
        if (repeats_ && !first_time()) continue;
        found_.push_back(inner_.loading.hydrator.hydrate(state, row_, 0, g, false, &shape_));
    }
    graph::row_list rows = inner_.loading.hydrator.finish_rows(g, found_);
    const query_scope query{inner_.memory.contents, true};
    inner_.loading.relations.record_options({rows.begin(), rows.size()}, level);
    inner_.loading.relations.load_below({rows.begin(), rows.size()}, level, true, nullptr, nullptr, where_);
    for (const wanted_aggregate& each : aggregates_) {
        if (rows.size() > 0)
            inner_.loading.aggregates.load({rows.begin(), rows.size()}, *each.over, each.question(), each.condition,
                                           where_);
    }
    return rows;
}

row_stream* open_stream(session_core& core, const query_plan& plan, std::size_t size, const site& where) {
    return new row_stream{core, plan, size, where};
}
void close_stream(row_stream* s) noexcept { delete s; }
graph::row_list next_chunk(row_stream& s) { return s.next(); }
void throw_moved_stream() { throw usage_error{"this stream was moved from: the one that it was moved to goes on"}; }

}  // namespace kin::detail
