// proxy: two hops in one step. What a relation's objects lead to, or a column of them, as a collection of its own.
#pragma once

#include <kin/graph/relations.hpp>

// Windows' headers define these words.
#pragma push_macro("far")
#undef far

namespace kin {

namespace mapping {

constexpr std::size_t member_named(const model_declaration& d, std::string_view name) {
    name_walker names{d.spelled_members};
    for (std::size_t i = 0; i < d.count; ++i) {
        if (names.next() == name) return i;
    }
    return d.count;
}

template <std::size_t At, class First, class... Rest>
struct nth_type : nth_type<At - 1, Rest...> {};
template <class First, class... Rest>
struct nth_type<0, First, Rest...> {
    using type = std::remove_cv_t<First>;
};
template <std::size_t At>
struct pick_type {
    template <class... M>
    constexpr auto operator()(const M&...) const noexcept {
        return std::type_identity<typename nth_type<At, M...>::type>{};
    }
};

template <class M, auto Member>
std::size_t place_of() noexcept {
    const M& of = specimen<M>.value;
    return static_cast<std::size_t>(reinterpret_cast<const volatile char*>(&(of.*Member)) -
                                    reinterpret_cast<const volatile char*>(&of));
}

/// The member of that name: its type and its place.
template <class M, name_literal Name>
struct member_of {
    static constexpr std::size_t index = member_named(declaration_of<M>(), Name.view());
    static constexpr bool found = index < members_in<M>;
    static_assert(found, "kin: the proxy's name is no member of the model that its relation leads to");
    using type = typename decltype(visit_members<M>(pick_type < found ? index : 0 > {}))::type;

    static type& in(M& object) noexcept { return const_cast<type&>(in(std::as_const(object))); }
    static const type& in(const M& object) noexcept {
        return *reinterpret_cast<const type*>(reinterpret_cast<const std::byte*>(&object) + offset());
    }
    static std::size_t offset() noexcept {
        constexpr const model_declaration& d = declaration_of<M>();
        return static_cast<std::size_t>(static_cast<const volatile std::byte*>(d.addresses[index]) -
                                        static_cast<const volatile std::byte*>(d.base));
    }
};

}  // namespace mapping

/// An association proxy: `proxy<Keyword, &User::user_keywords, "keyword">` shows the keywords behind the association
/// objects of a collection, `proxy<std::string, &User::keywords, "word">` a column of its members; the collection may
/// be another proxy. It holds nothing itself: it stands behind the collection, reads and changes it, and sends what
/// that sends, and once more for the second hop: SELECT … FROM keyword WHERE id IN (…).
/// Adding makes the object between: a default one whose member leads to the target, or has the value.
template <class T, auto Via, name_literal Name>
class proxy {
    using pointer = mapping::path_step<decltype(Via)>;
    using owner = typename pointer::owner;
    using through = typename pointer::type;
    static constexpr bool starts_well = mapping::leads_on<through> && requires { typename through::const_iterator; };
    static_assert(starts_well, "kin: a proxy starts at a collection: has_many, many_to_many or another proxy");
    using middle = typename through::value_type;

    // Copied as a part of its model, never alone: it is found by its place.
    friend owner;
    proxy(const proxy&) = default;
    proxy(proxy&&) = default;
    proxy& operator=(const proxy&) = default;
    proxy& operator=(proxy&&) = default;

    template <bool Const>
    class walker;

    /// Known once the model between is: its member of that name.
    struct far : mapping::member_of<middle, Name> {};

    static constexpr bool of_objects() {
        using type = typename far::type;
        if constexpr (requires { typename type::kin_relation; }) {
            constexpr bool fits = std::is_same_v<typename type::kin_relation, T> && requires {
                typename type::element_type;
            };
            static_assert(fits, "kin: the proxy's second hop leads to one object of its type: belongs_to or has_one");
            return true;
        } else {
            constexpr bool fits = std::is_same_v<type, T>;
            static_assert(fits, "kin: the proxy's type is not the type of the member that it leads to");
            return false;
        }
    }
    static constexpr void check_objects() { static_assert(of_objects(), "kin: this proxy shows values, not objects"); }

  public:
    using value_type = T;
    using kin_proxy = T;
    static constexpr auto kin_via = Via;
    using iterator = walker<false>;
    using const_iterator = walker<true>;
    static constexpr mapping::proxy_declaration kin_declaration{&mapping::slot_of<owner>, &mapping::slot_of<middle>,
                                                                &mapping::slot_of<T>, mapping::literal_text<Name>,
                                                                &mapping::place_of<owner, Via>};

    /// The relation of the second hop; null where that is a column.
    static const mapping::relation* kin_far() {
        const mapping::model& m = mapping::model_of<middle>();
        if constexpr (of_objects()) {
            (void)mapping::model_of<T>();
            return mapping::find_relation_at(m, far::offset());
        }
        return nullptr;
    }

    proxy() noexcept = default;
    /// For whole graphs as literals; the collection stands before its proxy.
    proxy(std::initializer_list<T> list) { add(list); }
    proxy(std::initializer_list<ref<T>> list) {
        for (const ref<T>& each : list) insert(each);
    }
    /// Replaces what it shows; only the difference is written (of new objects: all). `= {}` empties it.
    proxy& operator=(std::initializer_list<T> list) {
        if constexpr (of_objects()) {
            clear();
            add(list);
        } else {
            assign(list);
        }
        return *this;
    }
    template <class Handle>
    requires std::is_same_v<Handle, ref<T>> proxy& operator=(std::initializer_list<Handle> list) {
        assign(list);
        return *this;
    }
    /// The same from any range, of handles or of values; each of them is shown once.
    template <class Range>
    void assign(const Range& wanted) {
        for (std::size_t i = size(site{}); i > 0; --i) {
            bool stays = false;
            for (const auto& each : wanted) stays = stays || is(*(via_const().begin(site{}) + signed_of(i - 1)), each);
            if (!stays) erase(begin(site{}) + signed_of(i - 1));
        }
        for (const auto& each : wanted) {
            if (!contains(each, site{})) insert(each);
        }
    }

    [[nodiscard]] const_iterator begin(const site& where = site::current()) const {
        return const_iterator{via().begin(where)};
    }
    [[nodiscard]] const_iterator end(const site& where = site::current()) const {
        return const_iterator{via().end(where)};
    }
    /// Objects are given for changing, values of columns for reading.
    [[nodiscard]] iterator begin(const site& where = site::current()) { return iterator{via_const().begin(where)}; }
    [[nodiscard]] iterator end(const site& where = site::current()) { return iterator{via_const().end(where)}; }
    [[nodiscard]] std::size_t size(const site& where = site::current()) const { return via().size(where); }
    [[nodiscard]] bool empty(const site& where = site::current()) const { return size(where) == 0; }
    decltype(auto) operator[](graph::position at) const { return *(begin(at.where) + at.i); }
    decltype(auto) operator[](graph::position at) { return *(begin(at.where) + at.i); }
    [[nodiscard]] bool contains(const ref<T>& target, const site& where = site::current()) const {
        return find(target, where) != size(where);
    }
    [[nodiscard]] bool contains(const T& wanted, const site& where = site::current()) const {
        return find(wanted, where) != size(where);
    }

    /// A new target or value: the object between is made for it, and returned is what it leads to.
    T& insert(T&& added) {
        middle between{};
        far::in(between) = std::move(added);
        middle& placed = via().insert(std::move(between));
        if constexpr (of_objects()) {
            return *far::in(placed);
        } else {
            return far::in(placed);
        }
    }
    T& insert(const T& added) {
        static_assert(!of_objects(), "kin: a plain object would be copied: say std::move, or pass its handle");
        return insert(T(added));
    }
    /// One that exists. Nothing where it is shown already and the table between says that it can be only once.
    void insert(const ref<T>& added) {
        check_objects();
        if (!added) graph::throw_empty_handle();
        const bool has_row = added.kin_node()->state() == graph::life::persistent;
        if ((has_row || via().loaded()) && mapping::leads_once(mapping::model_of<owner>(), offset()) &&
            contains(added, site{})) {
            return;
        }
        middle between{};
        far::in(between) = added;
        via().insert(std::move(between));
    }
    T& push_back(T&& added) { return insert(std::move(added)); }
    T& push_back(const T& added) { return insert(added); }
    void push_back(const ref<T>& added) { insert(added); }

    /// Takes out the object between (an `owned` one is deleted at the next flush); its target stays. Nothing where it
    /// is not shown.
    void erase(const ref<T>& target) { take_out(find(target)); }
    void erase(const T& wanted) { take_out(find(wanted)); }
    iterator erase(iterator at) {
        const auto i = at - begin(site{});
        via().erase(via().begin(site{}) + i);
        return begin(site{}) + i;
    }
    void clear() { via().clear(); }
    /// Whether the collection is loaded; what the second hop leads to may not be.
    [[nodiscard]] bool loaded() const noexcept { return via().loaded(); }

  private:
    template <bool Const>
    class walker {
      public:
        using iterator_category = std::random_access_iterator_tag;
        using value_type = T;
        using difference_type = std::ptrdiff_t;
        using reference = std::conditional_t<Const || !of_objects(), const T&, T&>;
        using pointer = std::remove_reference_t<reference>*;

        walker() noexcept = default;
        explicit walker(typename through::const_iterator at) noexcept : at_{at} {}

        reference operator*() const {
            const auto& member = far::in(*at_);
            if constexpr (!of_objects()) {
                return member;
            } else if constexpr (Const) {
                return *member;
            } else {
                return *const_cast<typename far::type&>(member);
            }
        }
        pointer operator->() const { return &**this; }
        reference operator[](difference_type i) const { return *(*this + i); }
        walker& operator++() noexcept { return *this += 1; }
        walker operator++(int) noexcept { return std::exchange(*this, *this + 1); }
        walker& operator--() noexcept { return *this += -1; }
        walker operator--(int) noexcept { return std::exchange(*this, *this + -1); }
        walker& operator+=(difference_type n) noexcept {
            at_ += n;
            return *this;
        }
        walker& operator-=(difference_type n) noexcept { return *this += -n; }
        friend walker operator+(walker i, difference_type n) noexcept { return i += n; }
        friend walker operator+(difference_type n, walker i) noexcept { return i += n; }
        friend walker operator-(walker i, difference_type n) noexcept { return i += -n; }
        friend difference_type operator-(const walker& a, const walker& b) noexcept { return a.at_ - b.at_; }
        friend bool operator==(const walker&, const walker&) = default;
        friend auto operator<=>(const walker& a, const walker& b) noexcept { return a.at_ <=> b.at_; }

      private:
        typename through::const_iterator at_{};
    };

    static std::size_t offset() {
        static const std::size_t at =
            mapping::offset_of_proxy(mapping::declaration_of<owner>(), mapping::member_type_of<proxy>);
        return at;
    }
    const through& via() const {
        return reinterpret_cast<const owner*>(reinterpret_cast<const std::byte*>(this) - offset())->*Via;
    }
    through& via() { return const_cast<through&>(std::as_const(*this).via()); }
    const through& via_const() const { return via(); }

    static std::ptrdiff_t signed_of(std::size_t i) noexcept { return static_cast<std::ptrdiff_t>(i); }
    static bool is(const middle& between, const ref<T>& target) {
        check_objects();
        return far::in(between).get(site{}) == target.get();
    }
    static bool is(const middle& between, const T& wanted) {
        static_assert(!of_objects(), "kin: objects are told apart by their handles");
        return far::in(between) == wanted;
    }
    template <class Wanted>
    std::size_t find(const Wanted& wanted, const site& where = {}) const {
        std::size_t i = 0;
        for (auto at = via().begin(where), end = via().end(where); at != end; ++at, ++i) {
            if (is(*at, wanted)) break;
        }
        return i;
    }
    void take_out(std::size_t i) {
        if (i != size(site{})) erase(begin(site{}) + signed_of(i));
    }
    void add(std::initializer_list<T> list) {
        for (const T& each : list) {
            // One copy for each; what it holds itself is taken over, not copied again.
            insert([&] {
                const graph::taking_over guard;
                return T(each);
            }());
        }
    }
};

}  // namespace kin

#pragma pop_macro("far")
