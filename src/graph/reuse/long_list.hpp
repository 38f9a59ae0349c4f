// A list that grows at its end and never moves what is in it, but for its first block.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#include <kin/graph/arena.hpp>

#include "graph/block_pool.hpp"

namespace kin::graph {

/// A vector of a hundred thousand has moved itself ten times, each time to fresh pages, which cost more than what is
/// written there. This one grows as a vector does as far as a block, then by blocks of the pool, which were used
/// before. Emptied, it keeps its first.
template <class T>
class long_list {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
    static constexpr std::size_t shift = std::bit_width(block_size / sizeof(T)) - 1;
    static constexpr std::size_t in_block = std::size_t{1} << shift;

  public:
    class iterator {
      public:
        iterator(const long_list* list, std::size_t at) noexcept : list_{list}, at_{at} {}
        const T& operator*() const noexcept { return (*list_)[at_]; }
        iterator& operator++() noexcept {
            ++at_;
            return *this;
        }
        bool operator==(const iterator& other) const noexcept { return at_ == other.at_; }

      private:
        const long_list* list_;
        std::size_t at_;
    };

    long_list() = default;
    long_list(long_list&& other) noexcept { swap(other); }
    long_list& operator=(long_list&& other) noexcept {
        swap(other);
        return *this;
    }
    ~long_list() {
        give_back_blocks();
        if (capacity_ == in_block) {
            give_block(first_);
        } else {
            ::operator delete(first_);
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] T& operator[](std::size_t at) noexcept { return *place(at); }
    [[nodiscard]] const T& operator[](std::size_t at) const noexcept { return *place(at); }
    [[nodiscard]] T& back() noexcept { return *place(size_ - 1); }
    [[nodiscard]] const T& back() const noexcept { return *place(size_ - 1); }
    [[nodiscard]] iterator begin() const noexcept { return {this, 0}; }
    [[nodiscard]] iterator end() const noexcept { return {this, size_}; }

    /// Room for so many more, so that adding them cannot fail.
    void make_room(std::size_t more = 1) {
        while (capacity_ - size_ < more) [[unlikely]] grow(more);
    }
    void push_back(T item) {
        make_room();
        new (place(size_)) T{item};
        ++size_;
    }
    void pop_back() noexcept { --size_; }
    /// Without what lies behind the first `size`.
    void shorten(std::size_t size) noexcept { size_ = size; }
    void clear() noexcept {
        size_ = 0;
        give_back_blocks();
    }

  private:
    [[nodiscard]] T* place(std::size_t at) const noexcept {
        return at < in_block ? first_ + at : blocks_[(at >> shift) - 1] + (at & (in_block - 1));
    }
    void swap(long_list& other) noexcept {
        std::swap(first_, other.first_);
        std::swap(blocks_, other.blocks_);
        std::swap(size_, other.size_);
        std::swap(capacity_, other.capacity_);
    }
    [[gnu::noinline]] void grow(std::size_t more) {
        if (capacity_ >= in_block) {
            blocks_.reserve(blocks_.size() + 1 + blocks_.size() / 2);
            blocks_.push_back(static_cast<T*>(take_block()));
            capacity_ += in_block;
            return;
        }
        const std::size_t wanted = std::max<std::size_t>(std::bit_ceil(size_ + more), 16);
        const bool whole = wanted >= in_block;
        const std::size_t capacity = whole ? in_block : wanted;
        T* const larger = static_cast<T*>(whole ? take_block() : ::operator new(capacity * sizeof(T)));
        std::copy_n(first_, size_, larger);
        ::operator delete(first_);
        first_ = larger;
        capacity_ = capacity;
    }
    void give_back_blocks() noexcept {
        if (blocks_.empty()) return;
        for (T* block : blocks_) give_block(block);
        blocks_.clear();
        capacity_ = in_block;
    }

    T* first_ = nullptr;  ///< a block's worth at most; then a block
    std::vector<T*> blocks_{};
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace kin::graph
