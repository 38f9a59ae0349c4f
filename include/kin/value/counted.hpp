// A pointer with shared ownership. std::shared_ptr would do, if <memory> were not half of what Kin costs to compile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace kin {

namespace detail {

/// Stands before what is shared; knows how to destroy it, so that the pointers need not know its type.
struct counted_block {
    void (*destroy)(counted_block*) noexcept;
    std::uint32_t owners = 1;
};

template <class T>
struct counted_holder : counted_block {
    template <class... Args>
    explicit counted_holder(Args&&... args) : counted_block{&counted_holder::drop}, held(std::forward<Args>(args)...) {}
    static void drop(counted_block* self) noexcept { delete static_cast<counted_holder*>(self); }

    T held;
};

/// One of the owners of a block, or of nothing. Safe in any thread, as std::shared_ptr is.
class counted_owner {
  public:
    counted_owner() noexcept = default;
    /// Takes over the first ownership of a new block.
    explicit counted_owner(counted_block* made) noexcept : block_{made} {}
    counted_owner(const counted_owner& from) noexcept : block_{from.block_} {
        if (block_) retain();
    }
    counted_owner(counted_owner&& from) noexcept : block_{from.block_} { from.block_ = nullptr; }
    counted_owner& operator=(counted_owner from) noexcept {
        std::swap(block_, from.block_);
        return *this;
    }
    ~counted_owner() {
        if (block_) release();
    }
    [[nodiscard]] counted_block* block() const noexcept { return block_; }

  private:
    void retain() noexcept;
    void release() noexcept;

    counted_block* block_ = nullptr;
};

}  // namespace detail

/// One of the owners of a T, or null. Owners may be copied and dropped in several threads; T itself is not guarded.
/// Only making it and looking at it need T complete.
template <class T>
class counted {
  public:
    /// A new T made of `args`.
    template <class... Args>
    [[nodiscard]] static counted make(Args&&... args) {
        counted result;
        result.owner_ = detail::counted_owner{new detail::counted_holder<T>{std::forward<Args>(args)...}};
        return result;
    }

    [[nodiscard]] T& operator*() const noexcept {
        return static_cast<detail::counted_holder<T>*>(owner_.block())->held;
    }
    [[nodiscard]] T* operator->() const noexcept { return &**this; }
    [[nodiscard]] explicit operator bool() const noexcept { return owner_.block() != nullptr; }
    [[nodiscard]] bool operator==(std::nullptr_t) const noexcept { return owner_.block() == nullptr; }

  private:
    detail::counted_owner owner_{};
};

}  // namespace kin
