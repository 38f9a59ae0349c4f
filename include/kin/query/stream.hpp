// stream<T>: a result that is larger than memory, in chunks.
#pragma once

#include <cstddef>
#include <utility>

#include <kin/graph/ref.hpp>
#include <kin/query/running.hpp>

namespace kin {

namespace detail {

/// A running SELECT and where its objects live; src/session/streaming.cpp.
class row_stream;

[[nodiscard]] row_stream* open_stream(session_core&, const query_plan&, std::size_t size, const site&);
void close_stream(row_stream*) noexcept;
/// The next chunk; empty at the end. Nobody but users' handles may hold the former one any more.
[[nodiscard]] graph::row_list next_chunk(row_stream&);
[[noreturn]] void throw_moved_stream();

}  // namespace detail

/// The rows of one SELECT, so many objects at a time, each chunk with all that the query loads with it:
/// `for (const auto& chunk : s.query<User>().with(&User::posts).stream(500)) for (const User& u : chunk) …`.
///
/// Objects of a stream belong to its chunk, not to the session: they are for reading (changing one is a usage_error),
/// touched relations load for the siblings of the chunk, and what the session knows of the same rows is neither used
/// nor changed. When the next chunk is read the former one is forgotten, and its memory taken back; a handle or `rows`
/// kept from it keeps that chunk in memory and readable, but loads nothing any more. The stream ends with the
/// transaction that it reads in: going on after commit or rollback is a usage_error.
///
/// Its rows are those that were there when it was made, whatever the session writes meanwhile. SQLite, whose open
/// SELECT would see that, is asked once more before the first write: the rest is put into a table of the statement's
/// own. What a chunk's relations lead to is read with the chunk, as it is then.
template <class T>
class stream {
  public:
    stream(detail::session_core& core, const detail::query_plan& plan, std::size_t size, const site& where)
        : rows_{detail::open_stream(core, plan, size, where)} {}
    stream(stream&& other) noexcept : rows_{std::exchange(other.rows_, nullptr)}, chunk_{std::move(other.chunk_)} {}
    stream& operator=(stream&& other) noexcept {
        std::swap(rows_, other.rows_);
        std::swap(chunk_, other.chunk_);
        return *this;
    }
    ~stream() {
        chunk_ = {};
        detail::close_stream(rows_);
    }

    struct end_of_stream {};
    class iterator {
      public:
        using value_type = rows<T>;
        using difference_type = std::ptrdiff_t;

        explicit iterator(stream& of) noexcept : of_{&of} {}
        const rows<T>& operator*() const noexcept { return of_->chunk_; }
        const rows<T>* operator->() const noexcept { return &of_->chunk_; }
        iterator& operator++() {
            of_->advance();
            return *this;
        }
        void operator++(int) { ++*this; }
        bool operator==(end_of_stream) const noexcept { return of_->chunk_.empty(); }

      private:
        stream* of_;
    };

    /// Reads the first chunk; a stream is walked once.
    [[nodiscard]] iterator begin() {
        advance();
        return iterator{*this};
    }
    [[nodiscard]] static end_of_stream end() noexcept { return {}; }

  private:
    void advance() {
        chunk_ = {};
        if (rows_ == nullptr) detail::throw_moved_stream();
        chunk_ = rows<T>{detail::next_chunk(*rows_)};
    }

    detail::row_stream* rows_;
    rows<T> chunk_{};
};

}  // namespace kin
