// What the helpers of a many_to_many take and return: targets by key or as objects, with what their rows of the pivot
// say, and the keys of those that changed.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <type_traits>
#include <vector>

#include <kin/graph/ref.hpp>
#include <kin/mapping/asked_key.hpp>
#include <kin/mapping/column.hpp>
#include <kin/mapping/registration.hpp>
#include <kin/value/value.hpp>

namespace kin {

namespace graph {

/// One target, and its row of the pivot as an association object that is only read, or some of its columns.
struct asked_link {
    node* target = nullptr;
    const void* object = nullptr;  ///< else: an object of the session
    value key{};                   ///< else: of a target with a primary key of one column
    const void* pivot = nullptr;
    std::vector<sql::assignment> named{};
};

/// What is to become of the links of an object.
struct pivot_request {
    enum class what : unsigned char {
        attach,  ///< those that are not there
        detach,
        sync,  ///< exactly these: those that are there take over what the pivot says, all others go
        add,   ///< as sync, but nothing goes
        toggle,
        update,  ///< those that are there take over what the pivot says
    };
    what does{};
    const std::vector<asked_link>& targets;
    const void* pivot = nullptr;           ///< of those that say nothing themselves
    std::vector<sql::assignment> named{};  ///< the same
};

/// Keys of targets, each as the values of its columns.
struct pivot_result {
    std::vector<std::vector<value>> attached{}, detached{}, updated{};
};

/// The key as the member that holds it.
void read_key(const mapping::model&, const std::vector<value>&, void* key);

/// T's key: the type of its member `id`; of other primary keys their values.
template <class T>
struct key_type {
    using type = std::vector<value>;
};
template <class T>
requires(mapping::is_key<decltype(T::id)>) struct key_type<T> {
    using type = decltype(T::id);
};

template <class T>
[[nodiscard]] auto typed_keys(std::vector<std::vector<value>>&& keys) {
    using type = typename key_type<T>::type;
    if constexpr (mapping::is_key<type>) {
        std::vector<type> typed(keys.size());
        for (std::size_t i = 0; i < keys.size(); ++i) read_key(mapping::model_of<T>(), keys[i], &typed[i]);
        return typed;
    } else {
        return std::move(keys);
    }
}

/// A target of a link: its key, its handle, or the object of the session itself.
template <class T, class X>
concept link_target = std::is_same_v<X, ref<T>> || std::is_same_v<X, T> || mapping::asked_key<X>;

/// One target, and what its row of the pivot says; looks at both only while the call lasts.
template <class T, class Pivot>
struct link : asked_link {
    template <class X>
    requires link_target<T, X> link(const X& to) {
        if constexpr (std::is_same_v<X, ref<T>>) {
            target = to.kin_node();  // none: refused where the relation and the caller are known
        } else if constexpr (std::is_same_v<X, T>) {
            object = &to;
        } else {
            key = mapping::key_value<T>(to);
        }
    }
    template <class X>
    requires link_target<T, X> link(const X& to, const Pivot& row) : link{to} { pivot = &row; }
    template <class X>
    requires link_target<T, X> link(const X& to, const mapping::new_value<Pivot>& is) : link{to} {
        named.push_back(is);
    }
    template <class X>
    requires link_target<T, X> link(const X& to, std::initializer_list<mapping::new_value<Pivot>> are) : link{to} {
        named.assign(are.begin(), are.end());
    }
};

/// The first of the columns that a helper is told by name, and the call.
template <class Pivot>
struct first_value {
    first_value(const mapping::new_value<Pivot>& first, const site& at = site::current()) : is{first}, where{at} {}
    mapping::new_value<Pivot> is;
    site where;
};

/// Targets: one, a list of them (`{rust, {cpp, {.added_by = "ada"}}}`), a range (what a query found, another relation,
/// a vector of keys), or a map from keys to rows of the pivot.
template <class T, class Pivot>
class links {
  public:
    links() = default;
    template <class X>
    requires link_target<T, X> links(const X& one) { all_.push_back(link<T, Pivot>{one}); }
    links(std::initializer_list<link<T, Pivot>> list) : all_(list.begin(), list.end()) {}
    template <class Range>
    requires(!link_target<T, Range> && requires(const Range& r) {
        r.begin();
        r.end();
    }) links(const Range& range) {
        for (const auto& each : range) {
            if constexpr (requires { each.second; }) {
                all_.push_back(link<T, Pivot>{each.first, each.second});
            } else {
                all_.push_back(link<T, Pivot>{each});
            }
        }
    }
    [[nodiscard]] const std::vector<asked_link>& all() const noexcept { return all_; }

  private:
    std::vector<asked_link> all_;
};

}  // namespace graph

/// What a helper of a many_to_many changed: the keys of the targets that were linked, unlinked, and whose rows of the
/// pivot say something else now.
template <class T>
struct pivot_changes {
    using key = typename graph::key_type<T>::type;
    std::vector<key> attached{}, detached{}, updated{};

    [[nodiscard]] bool any() const noexcept { return !attached.empty() || !detached.empty() || !updated.empty(); }
};

}  // namespace kin
