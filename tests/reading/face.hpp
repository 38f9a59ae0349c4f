// A model of the library's without its type: what a random program does with it.
#pragma once

#include <string_view>
#include <vector>

#include <kin/kin.hpp>

#include "program.hpp"

namespace reading {

using condition_of_library = kin::condition;
using column_of_library = kin::expression<std::optional<std::int64_t>>;
using text_of_library = kin::expression<std::optional<std::string>>;

/// An object as the program sees it.
struct found {
    std::size_t model = 0;
    const void* at = nullptr;
};

struct column_face {
    column_of_library (*of)();
    text_of_library (*text_of)();
    cell (*get)(const void* object);
    void (*set)(void* object, const cell&);
};

struct relation_face {
    kin::condition (*any)(std::size_t target, const kin::condition&, bool negated);
    kin::expression<std::int64_t> (*count)(const kin::condition&);
    bool (*loaded)(const void* owner);
    void (*read)(const void* owner, std::vector<found>&);
    std::int64_t (*counted)(const void* owner, std::string_view alias);
    void (*put)(kin::session&, void* owner, void* target);  ///< null: none
    void (*take)(kin::session&, void* owner, void* target);
};

/// What `all` and its like gave.
struct answered {
    std::vector<const void*> objects{};
    std::int64_t count = 0;  ///< count, exists, the total of a page
    std::uint64_t sent = 0;
};

struct family;
struct face {
    std::vector<column_face> columns{};
    std::vector<relation_face> relations{};
    answered (*run)(const family&, kin::session&, const query&);
    void (*load)(const family&, kin::session&, const void* object, const ask&);
    void (*load_missing)(kin::session&, const void* object, std::size_t relation);
    const void* (*get)(kin::session&, const key&);
    const void* (*add)(const family&, kin::session&, std::size_t model, const row&);
    void (*remove)(kin::session&, const void*);
    void (*expire)(kin::session&, const void*);
    void (*refresh)(kin::session&, const void*);
    /// As every access does: reads it again where it is expired; and what tracks, if it is to be changed.
    void (*look)(kin::session&, const void*);
    void* (*edit)(kin::session&, const void*);
};

/// Models that refer to each other, in a database of their own.
struct family {
    const schema* shape = nullptr;
    std::vector<face> faces{};  ///< of implied pivots: empty
    void (*create)(kin::database&) = nullptr;
};

[[nodiscard]] kin::condition built(const family&, std::size_t model, const condition&);

// One file each: web_models.cpp, ….
[[nodiscard]] const family& web();
[[nodiscard]] const family& press();
[[nodiscard]] const family& stock();
[[nodiscard]] const family& media();
[[nodiscard]] const family& odd();
[[nodiscard]] const std::vector<const family*>& families();

}  // namespace reading
