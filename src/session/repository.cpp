// What a repository does beyond sessions and queries.
#include <kin/repository.hpp>

#include <kin/graph/fields.hpp>

#include "session/blank_object.hpp"
#include "session/core.hpp"
#include "session/key_conditions.hpp"
#include "session/plan.hpp"

namespace kin::detail {

using graph::node;

void rethrow_saying(const error_messages& words) {
    const auto again = []<class Error>(const Error& e, const std::string& text) {
        if (!text.empty()) throw Error{text, e.context()};
        throw;
    };
    try {
        throw;
    } catch (const not_found& e) {
        again(e, words.not_found);
    } catch (const multiple_found& e) {
        again(e, words.multiple_found);
    } catch (const unique_violation& e) {
        again(e, words.unique);
    } catch (const foreign_key_violation& e) {
        again(e, words.foreign_key);
    } catch (const not_null_violation& e) {
        again(e, words.not_null);
    } catch (const check_violation& e) {
        again(e, words.check);
    } catch (const serialization_failure&) {
        throw;  // whoever tries again has to know it
    } catch (const connection_lost&) {
        throw;
    } catch (const database_error& e) {
        again(e, words.other);
    }
    throw;
}

graph::row_list list_and_count(session_core& core, const query_plan& plan, std::int64_t& total, const site& where) {
    query_plan part = plan;
    graph::row_list found = core.run(part, where);
    const auto here = static_cast<std::int64_t>(found.size());
    const std::int64_t before = plan.select.offset.value_or(0);
    // What ends before its limit says itself how many there are.
    if ((!plan.select.limit || here < *plan.select.limit) && (here > 0 || before == 0)) {
        total = before + here;
        return found;
    }
    query_plan whole = plan;
    whole.select.limit.reset();
    whole.select.offset.reset();
    total = count(core, whole, where);
    return found;
}

void restrict_to_keys(query_plan& plan, const std::vector<key_parts>& keys, const site& where) {
    const mapping::model& m = *plan.what;
    std::vector<sql::expr> columns;
    for (const std::uint16_t c : m.primary_key) columns.push_back(sql::column(&m, m.columns[c].name));
    std::vector<sql::expr> list{columns.size() == 1 ? columns[0] : sql::list(sql::op::row, columns)};
    for (const key_parts& key : keys) {
        std::vector<sql::expr> parts;
        if (key.is_number()) {
            parts.push_back(sql::literal(value{key.number()}));
        } else {
            for (const value& v : key.parts()) parts.push_back(sql::literal(v));
        }
        if (parts.size() != columns.size()) {
            throw usage_error{m.name + "'s primary key has " + std::to_string(columns.size()) + " columns, not " +
                                  std::to_string(parts.size()),
                              {.where = where}};
        }
        list.push_back(parts.size() == 1 ? parts[0] : sql::list(sql::op::row, std::move(parts)));
    }
    if (list.size() == 2 && columns.size() == 1) {
        restrict_to(plan, sql::binary(sql::op::equal, list[0], list[1]));
    } else {
        restrict_to(plan, sql::list(sql::op::in, std::move(list)));
    }
}

void require_key(session_core& core, const mapping::model& m, const void* object, const site& where) {
    std::vector<value> key;
    for (const std::uint16_t c : m.primary_key) {
        if (graph::unset(m.fields[c], object)) {
            throw usage_error{"this " + m.name + " has no key, so there is no row to update", {.where = where}};
        }
        value scratch;
        key.emplace_back(graph::view(m.fields[c], object, scratch));
    }
    if (core.get(m, key, where) == nullptr) throw_no_row(m, where);
}

std::vector<node*> upsert(session_core& core, const mapping::model& m, void* first, std::size_t count,
                          const std::vector<std::size_t>& offsets, const site& where) {
    return core.upsert(m, first, count, offsets, where);
}

std::vector<node*> session_core::upsert(const mapping::model& m, void* first, std::size_t count,
                                        const std::vector<std::size_t>& offsets, const site& where) {
    const session_guard guard{*this, where};
    const auto object = [&](std::size_t i) { return static_cast<std::byte*>(first) + i * m.type->size; };
    // What fills itself when it is inserted says nothing of a row that is there.
    std::vector<std::pair<void*, const field*>> stamps;
    for (const mapping::column& c : m.columns) {
        if (c.does == mapping::behaviour::none && c.uuid_version == 0) continue;
        for (std::size_t i = 0; i < count; ++i) {
            if (graph::unset(c.io, object(i))) stamps.emplace_back(object(i), &c.io);
        }
    }
    const std::vector<node*> found = get_or_create(m, first, count, offsets, where);
    const blank_object blank{*m.type};
    for (const auto& [at, f] : stamps) {
        value scratch;
        graph::assign(*f, at, graph::view(*f, blank.at, scratch));
    }
    graph::all_or_nothing whole{*this};
    for (std::size_t i = 0; i < count; ++i) copy_set_columns(m, *found[i], object(i));
    flush(where);
    whole.done();
    return found;
}

}  // namespace kin::detail
