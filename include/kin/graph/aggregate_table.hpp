// Counts, sums, … of the relations of an arena's objects: beside the objects, which have no room for them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <kin/graph/aggregate.hpp>
#include <kin/graph/node.hpp>
#include <kin/mapping/model.hpp>

namespace kin::graph {

class arena;

/// The answers to one question, for any number of objects.
struct kept_aggregate {
    struct answer {
        void* value = nullptr;  ///< of `type`, constructed
        sql::expr condition{};  ///< of the targets that it is about
        std::uint64_t epoch = 0;
    };
    const mapping::relation* over = nullptr;
    aggregate what{};
    const mapping::column* column = nullptr;
    const mapping::model* column_of = nullptr;
    std::string alias{};
    const field* io = nullptr;
    const mapping::type_operations* type = nullptr;
    sql::expr condition{};  ///< the last one that was asked with
    std::unordered_map<const node*, answer> answers{};

    [[nodiscard]] const answer* find(const node& n) const noexcept {
        const auto found = answers.find(&n);
        return found == answers.end() ? nullptr : &found->second;
    }
};

/// Looked up by const, it may be read from several threads.
class aggregate_table {
  public:
    aggregate_table() = default;
    aggregate_table(const aggregate_table&) = delete;
    aggregate_table& operator=(const aggregate_table&) = delete;
    ~aggregate_table() { clear(); }

    [[nodiscard]] const kept_aggregate* find(const mapping::relation&, const aggregate_ask&) const noexcept;
    /// The same, made where there is none. usage_error where the column belongs to none of the relation's tables.
    [[nodiscard]] kept_aggregate& keep(const mapping::relation&, const aggregate_ask&, const site&);
    /// The aliases under which something was asked of the relation.
    [[nodiscard]] std::string aliases(const mapping::relation&) const;
    /// Where the object's answer is written; it counts as outdated until it is `settled`.
    [[nodiscard]] void* room(kept_aggregate&, const node&, const sql::expr& condition, arena&);
    void settled(kept_aggregate& in, const node& n) { in.answers[&n].epoch = epoch_; }
    [[nodiscard]] bool fresh(const kept_aggregate::answer& a) const noexcept { return a.epoch == epoch_; }
    /// All answers may be wrong by now.
    void outdate() noexcept { ++epoch_; }
    /// The answers of these objects go with them.
    template <class IsGone>
    void forget(IsGone is_gone) noexcept {
        for (const auto& each : all_) {
            std::erase_if(each->answers, [&](const auto& of) {
                if (!is_gone(of.first)) return false;
                each->type->destroy(of.second.value);
                return true;
            });
        }
    }
    void clear() noexcept {
        if (!all_.empty()) drop();
    }

  private:
    void drop() noexcept;

    std::vector<std::unique_ptr<kept_aggregate>> all_{};
    std::uint64_t epoch_ = 1;
};

}  // namespace kin::graph
