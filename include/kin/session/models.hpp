// kin::models<User, Post>: a list of models, for creating their tables.
#pragma once

#include <cstddef>

#include <kin/mapping/registration.hpp>

namespace kin {

namespace detail {

/// Checks every relation of a complete model whose target is in the list.
template <class M, class... All>
struct model_checks {
    template <class Member>
    static constexpr bool check_member() {
        if constexpr (requires { typename Member::kin_relation; }) {
            if constexpr ((std::is_same_v<typename Member::kin_relation, All> || ...)) {
                return mapping::check_keys<M, typename Member::kin_relation, Member>();
            }
        }
        return true;
    }
    struct visitor {
        template <class... Member>
        constexpr bool operator()(const Member&...) const noexcept {
            return (check_member<std::remove_cv_t<Member>>() && ...);
        }
    };
    static constexpr bool passed = mapping::visit_members<M>(visitor{});
};

}  // namespace detail

/// The models of a program or of a part of it. Their relations to each other are checked while compiling.
template <class... M>
struct models {
    struct listing {
        const mapping::model* of[sizeof...(M)];

        [[nodiscard]] const mapping::model* const* data() const noexcept { return of; }
        [[nodiscard]] static constexpr std::size_t size() noexcept { return sizeof...(M); }
    };

    [[nodiscard]] static listing list() {
        static_assert((detail::model_checks<M, M...>::passed && ...));
        return {{&mapping::model_of<M>()...}};
    }
};

}  // namespace kin
