// The way of a through relation: from relations and keys of the models on it.
#include "mapping/binding/through.hpp"

#include <algorithm>
#include <vector>

namespace kin::mapping {
namespace {

class way_finder {
  public:
    way_finder(const relation& r, std::deque<relation>& steps)
        : relation_{r}, steps_{steps}, between_{*r.pivot_slot->built}, who_{r.owner->name + "." + r.name} {}

    /// By what there is between the models, or by one name or two: of relations, or of a key's column.
    [[nodiscard]] std::vector<const relation*> over_one() {
        const relation_options& o = relation_.options;
        std::vector<const relation*> hops{hop(*relation_.owner, between_, o.via[0])};
        if (problem_.empty()) hops.push_back(hop(between_, *relation_.target, o.via[1]));
        return hops;
    }
    /// By the names of all of them.
    [[nodiscard]] std::vector<const relation*> over_several() {
        std::vector<const relation*> hops;
        const model* at = relation_.owner;
        bool passed = false;
        for (std::size_t i = 0; i < relation_.options.via_count; ++i) {
            const relation* next = named(*at, relation_.options.via[i]);
            if (next == nullptr) return refuse(at->name + " has no such relation: " + text(relation_.options.via[i]));
            hops.push_back(next);
            at = next->target;
            passed = passed || at == &between_;
        }
        if (at != relation_.target) return refuse("its way ends at " + at->name + ", not at " + relation_.target->name);
        if (!passed) return refuse("its way does not lead through " + between_.name);
        return hops;
    }
    [[nodiscard]] std::string problem() const { return problem_.empty() ? problem_ : who_ + ": " + problem_; }

  private:
    static std::string text(std::string_view name) { return "'" + std::string{name} + "'"; }
    std::vector<const relation*> refuse(std::string why) {
        problem_ = std::move(why);
        return {};
    }

    /// One of the model's own that is no query of its own; to `to`, where that is known: a morph_to leads to several.
    [[nodiscard]] static const relation* named(const model& from, std::string_view name, const model* to = nullptr) {
        for (const relation& r : from.relations) {
            const bool fits = r.name == name && r.bound() && !r.computed();
            if (fits && (to == nullptr || r.target == to)) return &r;
        }
        return nullptr;
    }
    [[nodiscard]] static bool has_column(const foreign_key& k, std::string_view name) {
        if (name.empty()) return true;
        const column& c = k.owner->columns[k.columns[0]];
        return c.member == name || c.name == name;
    }

    /// `name`: empty for whatever there is.
    const relation* hop(const model& from, const model& to, std::string_view name) {
        if (!name.empty()) {
            if (const relation* r = named(from, name, &to)) return r;
        }
        const relation* found = nullptr;
        const auto take = [&](const relation* r) {
            if (found != nullptr) {
                problem_ = "several ways lead from " + from.name + " to " + to.name +
                           ": name relations with kin::via<\"first\", \"second\">";
            }
            found = r;
        };
        // Those of a morph_to where there are no others.
        for (const bool tagged : {false, true}) {
            for (const foreign_key& k : to.foreign_keys) {
                if (k.target == &from && k.tagged == tagged && has_column(k, name))
                    take(over_key(relation_kind::has_many, from, to, k));
            }
            if (found != nullptr) return found;
            for (const foreign_key& k : from.foreign_keys) {
                if (k.target == &to && k.tagged == tagged && has_column(k, name))
                    take(over_key(relation_kind::belongs_to, from, to, k));
            }
            if (found != nullptr) return found;
        }
        for (const relation& r : from.relations) {
            if (name.empty() && r.linked() && r.bound() && r.target == &to) take(&r);
        }
        if (found != nullptr) return found;
        for (const relation& r : to.relations) {
            if (name.empty() && r.linked() && r.bound() && r.target == &from) take(note(r));
        }
        if (found == nullptr) {
            problem_ = "nothing leads from " + from.name + " to " + to.name +
                       (name.empty() ? std::string{} : " by the name of " + text(name)) +
                       ": name relations with kin::via<\"first\", \"second\">";
        }
        return found;
    }

    relation& make(relation_kind kind, const model& from, const model& to) {
        relation& r = steps_.emplace_back();
        r.kind = kind;
        r.name = to.name;
        r.owner = &from;
        r.target = &to;
        r.target_slot = to.slot;
        return r;
    }
    const relation* over_key(relation_kind kind, const model& from, const model& to, const foreign_key& k) {
        relation& r = make(kind, from, to);
        r.key = &k;
        return &r;
    }
    /// A many_to_many seen from its other side.
    const relation* note(const relation& other) {
        relation& r = make(relation_kind::many_to_many, *other.target, *other.owner);
        r.key = other.far;
        r.far = other.key;
        r.links = other.links;
        return &r;
    }

    const relation& relation_;
    std::deque<relation>& steps_;
    const model& between_;
    std::string who_;
    std::string problem_{};
};

}  // namespace

std::string bind_through(relation& r, std::deque<relation>& steps) {
    if (r.pivot_slot->built == nullptr) {
        return r.owner->name + "." + r.name + ": the model between is never defined in this program";
    }
    way_finder find{r, steps};
    std::vector<const relation*> hops = r.options.via_count > 2 ? find.over_several() : find.over_one();
    if (find.problem().empty()) r.hops = std::move(hops);
    return find.problem();
}

}  // namespace kin::mapping
