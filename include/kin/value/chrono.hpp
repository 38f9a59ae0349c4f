// The times of std::chrono as columns. They are known by their shape, so that <chrono>, which is slow to compile, is
// included by those who use it and by nobody else.
#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>

#include <kin/value/calendar.hpp>
#include <kin/value/traits.hpp>

namespace kin {

namespace detail {

template <class T>
concept chrono_duration = requires(const T t) {
    typename T::rep;
    T::period::num;
    T::period::den;
    { t.count() } -> std::same_as<typename T::rep>;
}
&&std::is_arithmetic_v<typename T::rep>;

/// A point on the system clock: the only clock with to_time_t.
template <class T>
concept chrono_point = requires(const T t) {
    typename T::duration;
    &T::clock::to_time_t;
    t.time_since_epoch();
}
&&chrono_duration<typename T::duration>&& std::is_integral_v<typename T::duration::rep>;

template <class T>
concept chrono_days = chrono_point<T> && T::duration::period::num == 86400 && T::duration::period::den == 1;

/// How many microseconds a tick has, or ticks a microsecond.
template <class T>
concept chrono_moment = chrono_point<T> &&(T::duration::period::num < 86400) &&
                        ((T::duration::period::num * 1000000) % T::duration::period::den == 0 ||
                         T::duration::period::den % (T::duration::period::num * 1000000) == 0);

/// What needs no conversion.
template <class T>
concept chrono_microseconds = chrono_moment<T> && T::duration::period::num == 1 &&
                              T::duration::period::den == 1000000 &&
                              sizeof(T) == 8 && std::is_signed_v<typename T::duration::rep>;

template <class T>
concept chrono_date = requires(const T t) {
    static_cast<int>(t.year());
    static_cast<unsigned>(t.month());
    static_cast<unsigned>(t.day());
    { t.ok() } -> std::same_as<bool>;
    T{t.year(), t.month(), t.day()};
};

/// A database's `infinity` and `-infinity`: the last and the first moment of a type, where it is coarser than they are.
inline constexpr std::int64_t last_moment = INT64_MAX;
inline constexpr std::int64_t first_moment = INT64_MIN;

/// Never returns: the time is outside of what 64 bits of microseconds can hold, or no date at all.
[[noreturn]] void throw_time_out_of_range();
[[noreturn]] void throw_not_a_date();
[[noreturn]] void throw_no_such_date(std::int64_t days);
std::int64_t moment_of(const value_view& cell, kind type);

constexpr std::int64_t microseconds_of(std::int64_t ticks, std::int64_t num, std::int64_t den) {
    if (den > num * 1000000) return floor_divide(ticks, den / (num * 1000000));
    std::int64_t result = 0;
    if (__builtin_mul_overflow(ticks, num * 1000000 / den, &result)) throw_time_out_of_range();
    return result;
}

constexpr std::int64_t ticks_of(std::int64_t microseconds, std::int64_t num, std::int64_t den) {
    if (den <= num * 1000000) return floor_divide(microseconds, num * 1000000 / den);
    std::int64_t result = 0;
    if (__builtin_mul_overflow(microseconds, den / (num * 1000000), &result)) throw_time_out_of_range();
    return result;
}

template <class T>
struct moment_functions {
    using ticks = typename T::duration;
    static constexpr bool coarse = ticks::period::den < ticks::period::num * 1000000;
    static value store(const void* member) {
        const auto count = static_cast<const T*>(member)->time_since_epoch().count();
        if (coarse && *static_cast<const T*>(member) == (T::max)()) return {last_moment, kind::timestamp};
        if (coarse && *static_cast<const T*>(member) == (T::min)()) return {first_moment, kind::timestamp};
        return {microseconds_of(static_cast<std::int64_t>(count), ticks::period::num, ticks::period::den),
                kind::timestamp};
    }
    static void load(void* member, const value_view& cell) {
        const std::int64_t moment = moment_of(cell, kind::timestamp);
        if (coarse && (moment == last_moment || moment == first_moment)) {
            *static_cast<T*>(member) = moment == last_moment ? (T::max)() : (T::min)();
            return;
        }
        const std::int64_t count = ticks_of(moment, ticks::period::num, ticks::period::den);
        if (count != static_cast<std::int64_t>(static_cast<typename ticks::rep>(count))) throw_time_out_of_range();
        *static_cast<T*>(member) = T{ticks{static_cast<typename ticks::rep>(count)}};
    }
};

template <class T>
struct date_functions {
    static value store(const void* member) {
        const T& date = *static_cast<const T*>(member);
        if (!date.ok()) throw_not_a_date();
        return {days_of({static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                         static_cast<unsigned>(date.day())}),
                kind::date};
    }
    static void load(void* member, const value_view& cell) {
        using year = decltype(static_cast<T*>(member)->year());
        using month = decltype(static_cast<T*>(member)->month());
        using day = decltype(static_cast<T*>(member)->day());
        const std::int64_t days = moment_of(cell, kind::date);
        const civil_date date = date_of(days);
        if (date.year < -32767 || date.year > 32767) throw_no_such_date(days);
        *static_cast<T*>(member) = T{year{static_cast<int>(date.year)}, month{date.month}, day{date.day}};
    }
};

template <class T>
inline constexpr codec_operations moment_table{&moment_functions<T>::store, &moment_functions<T>::load};
template <class T>
inline constexpr codec_operations date_table{&date_functions<T>::store, &date_functions<T>::load};

}  // namespace detail

/// A duration is stored as its count.
template <detail::chrono_duration T>
struct storage<T> {
    static constexpr bool real = std::is_floating_point_v<typename T::rep>;
    static constexpr layout rep = real ? (sizeof(T) == 4 ? layout::f32 : layout::f64)
                                       : detail::integer_form(sizeof(T), std::is_signed_v<typename T::rep>).rep;
    static constexpr kind type = real ? kind::float64 : kind::int64;
};

/// Days since 1970 are what kind::date counts.
template <detail::chrono_days T>
struct storage<T> {
    static constexpr layout rep = detail::integer_form(sizeof(T), std::is_signed_v<typename T::duration::rep>).rep;
    static constexpr kind type = kind::date;
};

/// Finer points in time are timestamps, in microseconds; what is finer than that is cut off.
template <detail::chrono_moment T>
struct storage<T> {
    static constexpr layout rep = layout::custom;
    static constexpr kind type = kind::timestamp;
    static constexpr const codec_operations* codec = &detail::moment_table<T>;
};

/// Microseconds are kept as they are.
template <detail::chrono_microseconds T>
struct storage<T> {
    static constexpr layout rep = layout::i64;
    static constexpr kind type = kind::timestamp;
};

/// A calendar date.
template <detail::chrono_date T>
struct storage<T> {
    static constexpr layout rep = layout::custom;
    static constexpr kind type = kind::date;
    static constexpr const codec_operations* codec = &detail::date_table<T>;
};

}  // namespace kin
