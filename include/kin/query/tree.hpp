// Trees in one table: descendants and ancestors along a key of a model to itself, read only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <vector>

#include <kin/graph/relations.hpp>
#include <kin/graph/tree_list.hpp>
#include <kin/query/load_tree.hpp>
#include <kin/query/loading.hpp>

namespace kin {

namespace detail {
/// The relation of a slot; usage_error for an object that is in no session.
[[nodiscard]] const mapping::relation& relation_of(const graph::to_many& slot, const site&);
/// Asks the database for the members; the slot stays as it is.
[[nodiscard]] graph::tree_list walk(const graph::to_many& slot, const load_tree&, const site&);
}  // namespace detail

template <class T>
class tree_nodes;

/// An object in its place in a tree.
template <class T>
class tree_node {
  public:
    tree_node(const graph::tree_list& in, std::uint32_t at) noexcept : in_{&in}, at_{at} {}

    const T& operator*() const {
        graph::look(branch().at);
        return *static_cast<const T*>(branch().at->object());
    }
    const T* operator->() const { return &**this; }
    [[nodiscard]] ref<T> handle() const { return ref<T>::of(branch().at); }
    /// 0 on the first level.
    [[nodiscard]] std::uint32_t depth() const noexcept { return branch().depth; }
    [[nodiscard]] tree_nodes<T> children() const noexcept { return {*in_, branch().first, branch().count}; }

  private:
    [[nodiscard]] const graph::branch& branch() const noexcept { return in_->branches[at_]; }
    const graph::tree_list* in_;
    std::uint32_t at_;
};

/// Nodes side by side.
template <class T>
class tree_nodes {
  public:
    class iterator {
      public:
        using iterator_category = std::input_iterator_tag;
        using value_type = tree_node<T>;
        using difference_type = std::ptrdiff_t;
        using pointer = const tree_node<T>*;
        using reference = tree_node<T>;
        iterator(const graph::tree_list& in, std::uint32_t at) noexcept : in_{&in}, at_{at} {}
        tree_node<T> operator*() const noexcept { return {*in_, at_}; }
        iterator& operator++() noexcept {
            ++at_;
            return *this;
        }
        iterator operator++(int) noexcept { return {*in_, at_++}; }
        friend bool operator==(const iterator& a, const iterator& b) noexcept { return a.at_ == b.at_; }

      private:
        const graph::tree_list* in_;
        std::uint32_t at_;
    };

    tree_nodes(const graph::tree_list& in, std::uint32_t first, std::uint32_t count) noexcept
        : in_{&in}, first_{first}, count_{count} {}
    [[nodiscard]] iterator begin() const noexcept { return {*in_, first_}; }
    [[nodiscard]] iterator end() const noexcept { return {*in_, first_ + count_}; }
    [[nodiscard]] std::size_t size() const noexcept { return count_; }
    [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
    [[nodiscard]] tree_node<T> operator[](std::size_t i) const noexcept {
        return {*in_, first_ + static_cast<std::uint32_t>(i)};
    }

  private:
    const graph::tree_list* in_;
    std::uint32_t first_;
    std::uint32_t count_;
};

/// The members as nested nodes: `for (auto node : category->descendants.as_tree())` goes over the first level. Its
/// nodes point into it: it must outlive them.
template <class T>
class tree {
  public:
    explicit tree(graph::tree_list list) noexcept : list_{std::move(list)} {}

    [[nodiscard]] auto begin() const noexcept { return roots().begin(); }
    [[nodiscard]] auto end() const noexcept { return roots().end(); }
    /// Of the first level.
    [[nodiscard]] std::size_t size() const noexcept { return list_.roots; }
    [[nodiscard]] bool empty() const noexcept { return list_.roots == 0; }
    [[nodiscard]] tree_node<T> operator[](std::size_t i) const noexcept { return roots()[i]; }
    /// All nodes, level by level.
    [[nodiscard]] tree_nodes<T> all() const noexcept {
        return {list_, 0, static_cast<std::uint32_t>(list_.branches.size())};
    }
    /// The rows at which the walk came back to where it was: the data has a cycle through each of them.
    [[nodiscard]] std::vector<ref<T>> cycles() const {
        std::vector<ref<T>> found;
        for (graph::node* n : list_.cycles) found.push_back(ref<T>::of(n));
        return found;
    }
    /// Whether there is more below the last level that was asked for; else the tree ends where its data ends.
    [[nodiscard]] bool limit_reached() const noexcept { return list_.limit_reached; }

  private:
    [[nodiscard]] tree_nodes<T> roots() const noexcept { return {list_, 0, list_.roots}; }
    graph::tree_list list_;
};

/// A question to the database about what stands below (or above) one object; what is loaded of it stays as it is.
template <class T>
class tree_query {
  public:
    tree_query(const graph::to_many& slot, const site& where)
        : slot_{&slot}, ask_{&detail::relation_of(slot, where), load::selectin} {}

    /// On every level: what does not fulfil it goes with all that is behind it.
    tree_query& where(const condition& c) {
        ask_.restrict_to(c.tree());
        return *this;
    }
    /// So many levels, 1 for the direct ones.
    tree_query& with_max_depth(std::uint32_t levels) {
        ask_.depth(levels);
        return *this;
    }
    /// Of siblings; before the declaration's.
    template <class... Order>
    tree_query& order_by(const Order&... order) {
        (ask_.order(detail::as_ordering(order)), ...);
        return *this;
    }
    /// Level by level. One statement: WITH RECURSIVE …
    [[nodiscard]] rows<T> all(const site& where = site::current()) const {
        return rows<T>{detail::walk(*slot_, ask_, where).all};
    }
    /// Nested. One statement: WITH RECURSIVE …
    [[nodiscard]] tree<T> as_tree(const site& where = site::current()) const {
        return tree<T>{detail::walk(*slot_, ask_, where)};
    }

  private:
    const graph::to_many* slot_;
    detail::load_tree ask_;
};

namespace graph {

/// What descendants and ancestors share.
template <class T>
class walked : public many<T, shape::list, true> {
  public:
    using kin_recursive = T;

    /// Only these, with what is behind them cut off: a question to the database.
    [[nodiscard]] tree_query<T> where(const condition& c, const site& where = site::current()) const {
        return std::move(asked(where).where(c));
    }
    template <class... Order>
    [[nodiscard]] tree_query<T> order_by(const Order&... order) const {
        return std::move(asked(site::current()).order_by(order...));
    }
    [[nodiscard]] tree_query<T> with_max_depth(std::uint32_t levels, const site& where = site::current()) const {
        return std::move(asked(where).with_max_depth(levels));
    }
    /// How many levels the member is away, from 1; 0 where it is no member.
    [[nodiscard]] std::uint32_t depth(const ref<T>& member, const site& where = site::current()) const {
        for (const branch& b : members(where).branches) {
            if (b.at == member.kin_node()) return b.depth + 1;
        }
        return 0;
    }
    /// Whether it was loaded with a depth, and there is more behind the last level.
    [[nodiscard]] bool limit_reached(const site& where = site::current()) const { return members(where).limit_reached; }
    /// The members at which the walk came back to where it was.
    [[nodiscard]] std::vector<ref<T>> cycles(const site& where = site::current()) const {
        return kin::tree<T>{members(where)}.cycles();
    }

  protected:
    [[nodiscard]] tree_list members(const site& where) const {
        (void)this->size(where);  // which loads it
        return tree_of(*this, where);
    }
    [[nodiscard]] tree_query<T> asked(const site& where) const {
        use_model<T>();
        return {*this, where};
    }
};

}  // namespace graph

/// All that stand below an object along the key of its model to itself (`via<"parent_id">` names one of several), level
/// by level, siblings in the order of `order_by<…>`, else by primary key. The object itself is none of them; a cycle in
/// the data ends the walk and is reported by `cycles()`. Sends, at first touch of an unloaded one: WITH RECURSIVE … for
/// all siblings of the owner at once; after a flush that writes the table it is read again.
template <class T, class... Options>
class descendants : public graph::walked<T> {
  public:
    static constexpr mapping::relation_declaration kin_declaration{
        mapping::relation_kind::descendants, mapping::named_slot<T>,
        mapping::computed(mapping::read_options<Options...>()), mapping::type_number<T>};

    /// As nested nodes, from what is loaded.
    [[nodiscard]] tree<T> as_tree(const site& where = site::current()) const { return tree<T>{this->members(where)}; }
};

/// All that an object stands below, the nearest first; otherwise as `descendants`.
template <class T, class... Options>
class ancestors : public graph::walked<T> {
  public:
    static constexpr mapping::relation_declaration kin_declaration{
        mapping::relation_kind::ancestors, mapping::named_slot<T>,
        mapping::computed(mapping::read_options<Options...>()), mapping::type_number<T>};
};

namespace expr {

/// With the owners, the whole tree in one further statement; it also fills the relations along the same key, children
/// and parent, of all that it finds, so that walking there sends nothing:
/// `.with(with_tree(&Category::descendants).where(…).depth(3))`. A depth leaves the children of the last level unread.
template <detail::path_step Step>
[[nodiscard]] detail::loading_of<Step> with_tree(Step relation) {
    static_assert(
        requires { typename mapping::path_step<Step>::type::kin_recursive; },
        "kin: only descendants and ancestors are loaded as a tree");
    detail::loading_of<Step> made{detail::relation_of(relation), load::selectin};
    return made.kin_fill_tree();
}

}  // namespace expr
}  // namespace kin
