// Rows of pivots on their way to a statement: where the pivot is an association object, objects of it; else bare keys.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <kin/graph/node.hpp>
#include <kin/mapping/relation.hpp>
#include <kin/value/field.hpp>
#include <kin/value/value.hpp>

namespace kin::detail {

/// So many rows side by side. Of bare keys each cell holds a number, a uuid or a text, a shape that the driver can
/// bind.
class pair_rows {
  public:
    enum class shape : bool { keys, objects };
    pair_rows(const mapping::link_pair&, std::size_t rows, shape = shape::keys);
    pair_rows(const pair_rows&) = delete;
    pair_rows& operator=(const pair_rows&) = delete;
    ~pair_rows();

    /// Writes the key of one end, as that object has it, or as values (and its tag, where the key is polymorphic).
    void set(std::size_t row, const mapping::foreign_key&, const graph::node& end);
    void set(std::size_t row, const mapping::foreign_key&, const std::vector<value>&);
    /// The key of one end.
    [[nodiscard]] std::vector<value> key(std::size_t row, const mapping::foreign_key&) const;

    [[nodiscard]] void* at(std::size_t row) noexcept { return bytes_ + row * stride_; }
    [[nodiscard]] const void* at(std::size_t row) const noexcept { return bytes_ + row * stride_; }
    [[nodiscard]] std::size_t size() const noexcept { return rows_; }
    /// The two keys, in the order of link_pair::unique_columns.
    [[nodiscard]] std::span<const field> fields() const noexcept { return fields_; }
    /// One of them.
    [[nodiscard]] std::span<const field> fields(const mapping::foreign_key&) const noexcept;

  private:
    struct alignas(16) cell {
        std::byte bytes[sizeof(std::string) > 16 ? sizeof(std::string) : 16];
    };
    void describe_cells();
    void destroy(std::size_t rows) noexcept;
    void set_tag(std::size_t row, const mapping::foreign_key&);

    const mapping::link_pair& links_;
    shape shape_;
    std::size_t rows_;
    std::size_t stride_;
    std::vector<field> fields_{};
    std::byte* bytes_ = nullptr;
};

/// A key as text that two keys share only if they are the same.
[[nodiscard]] std::string text_of(const std::vector<value>& key);

}  // namespace kin::detail
