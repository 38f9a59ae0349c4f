// Rows by the values of some columns.
#include "statements/key_conditions.hpp"

#include <algorithm>

#include <kin/graph/fields.hpp>

namespace kin::detail {

namespace {

/// A database limits how deep conditions are: fewer keys where each is a condition of several columns.
constexpr std::size_t composite_limit = 250;

std::size_t padded_length(std::size_t n) noexcept {
    for (const std::size_t size : {1, 4, 16, 64, 256}) {
        if (n <= size) return size;
    }
    return batch_limit;
}

}  // namespace

key_set::key_set(const mapping::model& m, const std::vector<std::uint16_t>& columns, std::string_view alias)
    : model_{m},
      columns_{columns},
      alias_{alias},
      integers_{columns.size() == 1 && m.fields[columns[0]].whole_number()} {}

bool key_set::add(const mapping::model& m, const std::vector<std::uint16_t>& from, const void* object) {
    value scratch;
    if (integers_) {
        const value_view v = graph::view(m.fields[from[0]], object, scratch);
        if (v.is_null()) return false;
        numbers_.push_back(v.integer);
        return true;
    }
    std::vector<value> key;
    for (const std::uint16_t c : from) {
        const value_view v = graph::view(m.fields[c], object, scratch);
        if (v.is_null()) return false;
        key.emplace_back(v);
    }
    others_.push_back(std::move(key));
    return true;
}

void key_set::add(std::vector<value> key) {
    if (integers_) {
        numbers_.push_back(key[0].view().integer);
    } else {
        others_.push_back(std::move(key));
    }
}

void key_set::sort() {
    std::sort(numbers_.begin(), numbers_.end());
    numbers_.erase(std::unique(numbers_.begin(), numbers_.end()), numbers_.end());
}

sql::expr key_set::column(std::size_t i) const {
    return sql::column(&model_, model_.columns[columns_[i]].name, alias_);
}

sql::expr key_set::numbered(std::size_t from, std::size_t count, bool padded) const {
    std::vector<sql::expr> args{column(0)};
    const std::size_t length = padded ? padded_length(count) : count;
    args.reserve(length + 1);
    for (std::size_t i = 0; i < length; ++i) {
        args.push_back(sql::literal(value{numbers_[from + std::min(i, count - 1)]}));
    }
    return length == 1 ? sql::binary(sql::op::equal, args[0], args[1]) : sql::list(sql::op::in, std::move(args));
}

sql::expr key_set::listed(std::size_t from, std::size_t count) const {
    if (columns_.size() == 1 && count > 1) {
        std::vector<sql::expr> args{column(0)};
        for (std::size_t i = from; i < from + count; ++i) args.push_back(sql::literal(others_[i][0]));
        return sql::list(sql::op::in, std::move(args));
    }
    sql::expr any;
    for (std::size_t i = from; i < from + count; ++i) {
        sql::expr all;
        for (std::size_t k = 0; k < columns_.size(); ++k) {
            all = sql::both(all, sql::binary(sql::op::equal, column(k), sql::literal(others_[i][k])));
        }
        any = sql::either(any, all);
    }
    return any;
}

std::vector<sql::expr> key_set::conditions(bool loose) const {
    std::vector<sql::expr> out;
    if (loose && numbers_.size() > 4) {
        // Without signs: the keys may be further apart than a signed number can say.
        const auto gap = static_cast<std::uint64_t>(numbers_.back()) - static_cast<std::uint64_t>(numbers_.front());
        if (gap < numbers_.size() + numbers_.size() / 4) {
            out.push_back(sql::list(sql::op::between, {column(0), sql::literal(value{numbers_.front()}),
                                                       sql::literal(value{numbers_.back()})}));
            return out;
        }
    }
    for (std::size_t from = 0; from < numbers_.size(); from += batch_limit) {
        out.push_back(numbered(from, std::min(batch_limit, numbers_.size() - from), loose));
    }
    const std::size_t step = columns_.size() == 1 ? batch_limit : composite_limit;
    for (std::size_t from = 0; from < others_.size(); from += step) {
        out.push_back(listed(from, std::min(step, others_.size() - from)));
    }
    return out;
}

std::vector<sql::expr> key_conditions(const mapping::model& m, const std::vector<graph::node*>& nodes) {
    key_set keys{m, m.primary_key};
    for (const graph::node* n : nodes) (void)keys.add(m, m.primary_key, n->object());
    return keys.exact();
}

}  // namespace kin::detail
