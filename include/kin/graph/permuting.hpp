// Results and relations list objects; what permutes them would swap the objects' contents, keys and all. The algorithms
// that do are refused here: order in the query, sort handles, or take members out one by one.
#pragma once

namespace kin::graph {
template <class T>
class iterator;
}

// Better matches than the algorithms themselves, and deleted. Those of std::ranges see that the iterators over mutable
// objects are no forward iterators.
namespace std {

// clang-format off
template <class T> void sort(kin::graph::iterator<T>, kin::graph::iterator<T>) = delete;
template <class T, class C> void sort(kin::graph::iterator<T>, kin::graph::iterator<T>, C) = delete;
template <class T> void stable_sort(kin::graph::iterator<T>, kin::graph::iterator<T>) = delete;
template <class T, class C> void stable_sort(kin::graph::iterator<T>, kin::graph::iterator<T>, C) = delete;
template <class T> void partial_sort(kin::graph::iterator<T>, kin::graph::iterator<T>, kin::graph::iterator<T>) = delete;
template <class T, class C> void partial_sort(kin::graph::iterator<T>, kin::graph::iterator<T>, kin::graph::iterator<T>, C) = delete;
template <class T> void nth_element(kin::graph::iterator<T>, kin::graph::iterator<T>, kin::graph::iterator<T>) = delete;
template <class T, class C> void nth_element(kin::graph::iterator<T>, kin::graph::iterator<T>, kin::graph::iterator<T>, C) = delete;
template <class T> void make_heap(kin::graph::iterator<T>, kin::graph::iterator<T>) = delete;
template <class T, class C> void make_heap(kin::graph::iterator<T>, kin::graph::iterator<T>, C) = delete;
template <class T> void push_heap(kin::graph::iterator<T>, kin::graph::iterator<T>) = delete;
template <class T, class C> void push_heap(kin::graph::iterator<T>, kin::graph::iterator<T>, C) = delete;
template <class T> void pop_heap(kin::graph::iterator<T>, kin::graph::iterator<T>) = delete;
template <class T, class C> void pop_heap(kin::graph::iterator<T>, kin::graph::iterator<T>, C) = delete;
template <class T> void sort_heap(kin::graph::iterator<T>, kin::graph::iterator<T>) = delete;
template <class T, class C> void sort_heap(kin::graph::iterator<T>, kin::graph::iterator<T>, C) = delete;
template <class T> void inplace_merge(kin::graph::iterator<T>, kin::graph::iterator<T>, kin::graph::iterator<T>) = delete;
template <class T, class C> void inplace_merge(kin::graph::iterator<T>, kin::graph::iterator<T>, kin::graph::iterator<T>, C) = delete;
template <class T> void reverse(kin::graph::iterator<T>, kin::graph::iterator<T>) = delete;
template <class T> void rotate(kin::graph::iterator<T>, kin::graph::iterator<T>, kin::graph::iterator<T>) = delete;
template <class T, class G> void shuffle(kin::graph::iterator<T>, kin::graph::iterator<T>, G&&) = delete;
template <class T> void next_permutation(kin::graph::iterator<T>, kin::graph::iterator<T>) = delete;
template <class T, class C> void next_permutation(kin::graph::iterator<T>, kin::graph::iterator<T>, C) = delete;
template <class T> void prev_permutation(kin::graph::iterator<T>, kin::graph::iterator<T>) = delete;
template <class T, class C> void prev_permutation(kin::graph::iterator<T>, kin::graph::iterator<T>, C) = delete;
template <class T, class P> void partition(kin::graph::iterator<T>, kin::graph::iterator<T>, P) = delete;
template <class T, class P> void stable_partition(kin::graph::iterator<T>, kin::graph::iterator<T>, P) = delete;
template <class T, class V> void remove(kin::graph::iterator<T>, kin::graph::iterator<T>, const V&) = delete;
template <class T, class P> void remove_if(kin::graph::iterator<T>, kin::graph::iterator<T>, P) = delete;
template <class T> void unique(kin::graph::iterator<T>, kin::graph::iterator<T>) = delete;
template <class T, class P> void unique(kin::graph::iterator<T>, kin::graph::iterator<T>, P) = delete;
template <class T> void iter_swap(kin::graph::iterator<T>, kin::graph::iterator<T>) = delete;
template <class T> void swap_ranges(kin::graph::iterator<T>, kin::graph::iterator<T>, kin::graph::iterator<T>) = delete;
template <class T> void copy(kin::graph::iterator<T>, kin::graph::iterator<T>, kin::graph::iterator<T>) = delete;
template <class T> void copy_backward(kin::graph::iterator<T>, kin::graph::iterator<T>, kin::graph::iterator<T>) = delete;
template <class T> void move(kin::graph::iterator<T>, kin::graph::iterator<T>, kin::graph::iterator<T>) = delete;
template <class T> void move_backward(kin::graph::iterator<T>, kin::graph::iterator<T>, kin::graph::iterator<T>) = delete;
// clang-format on

}  // namespace std
