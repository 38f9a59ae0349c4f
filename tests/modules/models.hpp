// Models that a program and a shared library include, each with its symbols hidden from the other.
#pragma once

#include <cstdint>
#include <string>

#include <kin/kin.hpp>

struct Book;
struct Author {
    kin::key<Author> id{};
    std::string name{};
    kin::has_many<Book> books{};
};
struct Book {
    kin::key<Book> id{};
    kin::key<Author> author_id{};
    std::string title{};
    kin::belongs_to<Author> author{};
};

/// What the shared library does.
#define KIN_TEST_EXPORT [[gnu::visibility("default")]]
KIN_TEST_EXPORT const void* author_in_library();
KIN_TEST_EXPORT const void* slot_in_library();
KIN_TEST_EXPORT void add_book(kin::session&, const kin::ref<Author>&, const char* title);
KIN_TEST_EXPORT std::string titles(kin::session&, std::int64_t author);
KIN_TEST_EXPORT void fail(kin::session&);
KIN_TEST_EXPORT bool worked_before_main();
