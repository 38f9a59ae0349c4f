// Queries over a model, in the ways that there are to ask one, and handles to what they find.
#pragma once

#include <utility>

#include <kin/kin.hpp>

#include "schema.hpp"

namespace changing {

template <class T>
inline constexpr char type_tag = 0;

template <class T>
any_object erase_type(kin::ref<T> r) {
    if (!r) return {};
    const void* at = r.get();
    return {std::make_shared<kin::ref<T>>(std::move(r)), at, &type_tag<T>};
}
template <class T>
const kin::ref<T>& typed(const any_object& o) {
    static const kin::ref<T> empty{};
    return o ? *static_cast<const kin::ref<T>*>(o.handle.get()) : empty;
}

/// All of a model, in whatever way.
template <class T>
answer ask(kin::session& s, const question& q, const model& m) {
    using way = question::way;
    answer a;
    const auto keep = [&](const kin::rows<T>& rows) {
        for (std::size_t i = 0; i < rows.size(); ++i) a.objects.push_back(erase_type(rows.handle(i)));
    };
    switch (q.how) {
        case way::refresh:
            keep(s.query<T>().refresh().all());
            break;
        case way::all:
            keep(s.query<T>().all());
            break;
        case way::count:
            a.number = s.query<T>().count();
            break;
        case way::exists:
            a.number = s.query<T>().exists() ? 1 : 0;
            break;
        case way::first:
            if (const auto found = s.query<T>().first()) a.objects.push_back(erase_type(found));
            break;
        case way::one:
            if constexpr (requires(T t) { t.label; }) {
                const auto found = s.query<T>().where(kin::expr::col(&T::label) == q.label).one_or_none();
                if (found) a.objects.push_back(erase_type(found));
            }
            break;
        case way::page: {
            auto ordered = s.query<T>();
            ordered.order_by(q.order);
            for (int number = 1;; ++number) {
                const auto page = ordered.page(number, q.size);
                keep(page.items);
                a.number = page.total;
                if (!page.has_next()) break;
            }
            break;
        }
        case way::after: {
            std::string cursor;
            do {
                const auto slice = s.query<T>().after(cursor, q.size);
                keep(slice.items);
                cursor = slice.next;
            } while (!cursor.empty());
            break;
        }
        case way::sum:
            if constexpr (requires(T t) { t.value; }) {
                a.number = s.query<T>().select(kin::expr::sum(&T::value)).value().value_or(0).value_or(0);
            }
            break;
        case way::stream:
            for (const auto& chunk : s.query<T>().stream(std::size_t(q.size))) {
                for (const T& each : chunk) {
                    std::vector<cell> cells;
                    for (const column& c : m.columns) cells.push_back(c.get == nullptr ? null : c.get(&each));
                    a.values.push_back(std::move(cells));
                }
            }
            break;
        case way::only:
            if constexpr (requires(T t) { t.label; }) keep(s.query<T>().only(&T::label).all());
            break;
    }
    return a;
}

/// Past the objects; says how many rows it was.
template <class T>
long long write(kin::session& s, const set_write& w, const model& m) {
    using what = set_write::what;
    if (w.does == what::sql) {
        return s.execute("UPDATE " + m.table + " SET " + w.column + " = " + w.value +
                         (w.label.empty() ? "" : " WHERE label = '" + w.label + "'"));
    }
    kin::query<T> those = s.query<T>();
    if constexpr (requires(T t) { t.label; }) {
        if (!w.label.empty()) those.where(kin::expr::col(&T::label) == w.label);
    }
    if (w.does == what::remove) return those.remove();
    if (w.does == what::remove_for_good) return those.remove_for_good();
    if constexpr (requires(T t) { t.deleted_at; }) {
        if (w.does == what::restore) return those.restore();
    }
    if constexpr (requires(T t) { t.value; }) {
        if (w.column == "value") return those.update(kin::expr::set(&T::value, std::stoi(w.value)));
    }
    if constexpr (requires(T t) { t.code.has_value(); }) {
        return w.value == null ? those.update(kin::expr::set(&T::code, std::nullopt))
                               : those.update(kin::expr::set(&T::code, std::stoi(w.value)));
    } else if constexpr (requires(T t) { t.code; }) {
        if constexpr (std::is_same_v<decltype(T{}.code), int>) {
            return those.update(kin::expr::set(&T::code, std::stoi(w.value)));
        } else {
            return those.update(kin::expr::set(&T::code, w.value));
        }
    }
    return -1;
}

}  // namespace changing
