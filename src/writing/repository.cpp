// What a repository does beyond sessions and queries.
#include "writing/object_creation.hpp"

#include <algorithm>

#include <kin/repository.hpp>

#include <kin/graph/fields.hpp>

#include "graph/blank_object.hpp"
#include "mapping/fitting.hpp"
#include "query/query_plan.hpp"
#include "statements/key_conditions.hpp"
#include "unit_of_work/session_work.hpp"

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

void restrict_to_keys(query_plan& plan, const std::vector<key_parts>& keys, const site& where) {
    const mapping::model& m = *plan.what;
    std::vector<sql::expr> columns;
    for (const std::uint16_t c : m.primary_key) columns.push_back(sql::column(&m, m.columns[c].name));
    std::vector<sql::expr> list{columns.size() == 1 ? columns[0] : sql::list(sql::op::row, columns)};
    for (const key_parts& key : keys) {
        std::vector<sql::expr> parts;
        if (key.is_number()) {
            parts.push_back(sql::literal(mapping::fitting(m, m.columns[m.primary_key[0]], value{key.number()}, where)));
        } else {
            for (const value& v : key.parts()) {
                const std::size_t i = std::min(parts.size(), m.primary_key.size() - 1);
                parts.push_back(sql::literal(mapping::fitting(m, m.columns[m.primary_key[i]], v, where)));
            }
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

std::vector<node*> object_creation::upsert(const mapping::model& m, void* first, std::size_t count,
                                           const std::vector<std::size_t>& offsets,
                                           const std::vector<std::size_t>* written, const site& where) {
    std::uint64_t columns = 0;
    if (written != nullptr) {
        for (const std::size_t offset : *written) columns |= column_bit(m, offset);
    }
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
    graph::all_or_nothing whole{memory_.host};
    for (std::size_t i = 0; i < count; ++i) {
        if (written == nullptr) {
            merging_.copy_set_columns(m, *found[i], object(i));
        } else {
            merging_.copy_columns(m, *found[i], object(i), columns);
        }
    }
    work_.flushing.flush(where);
    whole.done();
    return found;
}

}  // namespace kin::detail
