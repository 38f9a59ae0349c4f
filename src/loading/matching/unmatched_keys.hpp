// Keys that came with rows and name nobody: is that so, or does the database only spell otherwise?
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <kin/graph/node.hpp>
#include <kin/mapping/model.hpp>

#include "lifecycle/session_memory.hpp"
#include "loading/session_loading.hpp"
#include "statements/key_conditions.hpp"

namespace kin::detail {

/// Rows are asked for by the keys of their owners, and the database may take two spellings for one key: `COLLATE
/// NOCASE`, citext, char(n). A row whose key no owner has in the same spelling would be left out silently; instead it
/// is noted here, and `require_none` asks the database whom the key names. Only keys of text and decimals are looked
/// at: there is no such question of others.
class unmatched_keys {
  public:
    /// Of keys in `from` of one model that name rows of another by `columns`.
    unmatched_keys(session_memory&, session_loading&, const mapping::model& naming,
                   const std::vector<std::uint16_t>& from, const mapping::model& named,
                   const std::vector<std::uint16_t>& columns, const site&);

    /// Notes the key of an object.
    void add(const graph::node& naming);
    /// Notes the key in a row, from a column on.
    void add(engine::cursor&, int first);
    [[nodiscard]] bool possible() const noexcept { return possible_; }
    /// A mapping_error that names both columns, both spellings and the form to declare, where the database knows one of
    /// the keys as one of the objects expected. `asked`: only rows of keys in a list were asked for, so that one of
    /// them is meant in any case. Sends a statement for what was noted, and nothing else.
    void require_none(bool asked, const std::function<bool(const graph::node&)>& expected);

  private:
    [[nodiscard]] bool noted(const std::vector<value>& key) const;
    void note(std::vector<value> key);
    [[noreturn]] void refuse(const std::vector<value>& key, const std::vector<value>* other) const;

    session_memory& memory_;
    session_loading& loading_;
    const mapping::model& naming_;
    const std::vector<std::uint16_t>& from_;
    const mapping::model& named_;
    const std::vector<std::uint16_t>& columns_;
    const site& where_;
    bool possible_ = false;
    std::vector<std::vector<value>> noted_{};
};

}  // namespace kin::detail
