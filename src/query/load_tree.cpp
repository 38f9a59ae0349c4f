// Building and completing trees of relations to load.
#include <algorithm>
#include <span>
#include <utility>

#include "mapping/dotted.hpp"
#include "query/load_options.hpp"

namespace kin::detail {

namespace {

load_option& in(std::vector<load_option>& level, const mapping::relation& r) {
    for (load_option& each : level) {
        if (each.what == &r) return each;
    }
    load_option& fresh = level.emplace_back();
    fresh.what = &r;
    // A path only says that it comes with its owners: how may stand in the declaration.
    if (with_owners(r.options.strategy)) fresh.how = r.options.strategy;
    return fresh;
}

/// A relation; all that are bound of a morph_to, whose first one stands for it.
std::vector<const mapping::relation*> all_of(const mapping::relation& r) {
    if (r.morph != mapping::morph_side::arm) return {&r};
    std::vector<const mapping::relation*> arms = r.owner->arms_of(r);
    std::erase_if(arms, [](const mapping::relation* arm) { return !arm->problem.empty(); });
    return arms;
}

void add_path(std::vector<load_option>& level, std::span<const mapping::relation* const> path) {
    if (path.empty()) return;
    const std::span<const mapping::relation* const> below = path.subspan(1);
    for (const mapping::relation* r : all_of(*path[0])) {
        std::vector<load_option>& nested = in(level, *r).nested;
        if (below.empty() || below[0]->owner == r->target) add_path(nested, below);
    }
}

/// Of a morph_to only the relation to the model that the step belongs to.
bool fits_below(const load_option& e, const mapping::relation* step) {
    return step == nullptr || e.what->morph != mapping::morph_side::arm || e.what->target == step->owner;
}

void replace(std::vector<load_option>& level, const load_option& with) {
    const auto same =
        std::find_if(level.begin(), level.end(), [&](const load_option& e) { return e.what == with.what; });
    if (same != level.end()) {
        *same = with;
    } else {
        level.push_back(with);
    }
}

/// `rest`: a level above says how all is loaded that nothing else is said of.
void add_declared(std::vector<load_option>& level, const mapping::model& m, std::vector<const mapping::relation*>& path,
                  bool rest) {
    for (const load_option& e : level) rest = rest || e.what == nullptr;
    for (const mapping::relation& r : m.relations) {
        if (rest || !with_owners(r.options.strategy) || !r.bound() || !r.problem.empty()) continue;
        if (std::find(path.begin(), path.end(), &r) != path.end()) continue;
        const std::size_t said = level.size();
        load_option& e = in(level, r);
        e.declared = level.size() != said;
    }
    for (load_option& e : level) {
        if (e.what == nullptr || e.what->target == nullptr) continue;
        // What is loaded at a touch begins a path of its own.
        std::vector<const mapping::relation*> own;
        std::vector<const mapping::relation*>& to = with_owners(e.how) ? path : own;
        if (with_owners(e.how)) path.push_back(e.what);
        add_declared(e.nested, *e.what->target, to, rest);
        if (with_owners(e.how)) path.pop_back();
    }
}

/// Whether the declarations add anything to what is said.
bool says_all(const mapping::model& m, const std::vector<load_option>* said) {
    if (m.eager) return false;
    if (said == nullptr) return true;
    return std::all_of(said->begin(), said->end(), [](const load_option& e) {
        return e.what == nullptr || e.what->target == nullptr || says_all(*e.what->target, &e.nested);
    });
}

}  // namespace

std::uint64_t column_bit(const mapping::model& m, std::size_t offset) {
    const mapping::column* c = m.column_at(offset);
    if (c == nullptr) throw mapping_error{m.name + ": a member given to only() or defer() is no column"};
    return std::uint64_t{1} << (c - m.columns.data());
}

// By way of the other one, so that the destructor runs where this throws.
load_tree::load_tree(const mapping::relation* r, kin::load how) : load_tree{} {
    for (const mapping::relation* each : r == nullptr ? std::vector{r} : all_of(*r)) {
        load_option& e = made().emplace_back();
        e.what = each;
        e.how = how;
    }
}
load_tree::load_tree(const load_tree& other) : all_{other.all_ == nullptr ? nullptr : new auto(*other.all_)} {}
load_tree::load_tree(load_tree&& other) noexcept : all_{std::exchange(other.all_, nullptr)} {}
load_tree& load_tree::operator=(load_tree other) noexcept {
    std::swap(all_, other.all_);
    return *this;
}
load_tree::~load_tree() { delete all_; }

std::vector<load_option>& load_tree::made() {
    if (all_ == nullptr) all_ = new std::vector<load_option>;
    return *all_;
}
load_option& load_tree::only() { return (*all_)[chosen_]; }

void load_tree::choose(const mapping::model& target) {
    for (chosen_ = 0; chosen_ < all_->size(); ++chosen_) {
        if (only().what->target == &target) return;
    }
    chosen_ = 0;
    const mapping::relation& first = *only().what;
    for (const mapping::relation* arm : first.owner->arms_of(first)) {
        if (arm->target_slot == target.slot) throw mapping_error{arm->problem};
    }
    throw mapping_error{first.owner->name + "." + first.name + " leads to no " + target.name};
}

void load_tree::add(const std::vector<const mapping::relation*>& path) { add_path(made(), path); }

std::vector<const mapping::relation*> path_of(const mapping::model& from, std::string_view dotted, const site& where) {
    mapping::require_short(dotted, where);
    std::vector<const mapping::relation*> path;
    const mapping::model* at = &from;
    for (std::size_t dot = 0; dot != std::string_view::npos;) {
        dot = dotted.find('.');
        const mapping::relation& r = at->require_relation(dotted.substr(0, dot), where);
        if (!r.problem.empty()) throw mapping_error{r.problem, {.where = where}};
        if (r.morph == mapping::morph_side::arm) {
            throw mapping_error{
                at->name + "." + r.name + " leads to several models, so no condition can name it by text",
                {.where = where}};
        }
        path.push_back(&r);
        at = r.target;
        if (dot != std::string_view::npos) dotted.remove_prefix(dot + 1);
    }
    return path;
}

namespace {

/// As a path, but for each model that a morph_to on the way leads to.
void add_dotted(std::vector<load_option>& level, const mapping::model& from, std::string_view dotted,
                const site& where) {
    const std::size_t dot = dotted.find('.');
    const mapping::relation& first = from.require_relation(dotted.substr(0, dot), where);
    if (!first.problem.empty() && first.morph != mapping::morph_side::arm)
        throw mapping_error{first.problem, {.where = where}};
    const std::string_view below = dot == std::string_view::npos ? std::string_view{} : dotted.substr(dot + 1);
    const std::string_view next = below.substr(0, below.find('.'));
    const mapping::model* last = nullptr;
    bool known = below.empty();
    for (const mapping::relation* r : all_of(first)) {
        last = r->target;
        std::vector<load_option>& nested = in(level, *r).nested;
        if (below.empty() || last->find_relation(next) == nullptr) continue;
        known = true;
        add_dotted(nested, *last, below, where);
    }
    if (!known && last != nullptr) (void)last->require_relation(next, where);
}

}  // namespace

void load_tree::add(const mapping::model& from, std::string_view dotted, const site& where) {
    mapping::require_short(dotted, where);
    add_dotted(made(), from, dotted, where);
}

void load_tree::add(const load_tree& other) {
    if (other.all_ == nullptr) return;
    for (const load_option& e : *other.all_) replace(made(), e);
}

void load_tree::restrict_to(const sql::expr& condition) { only().where = sql::both(only().where, condition); }
void load_tree::order(sql::ordering by) { only().order.push_back(std::move(by)); }
void load_tree::limit(std::int64_t n) { only().limit = n; }
void load_tree::offset(std::int64_t n) { only().offset = n; }
void load_tree::depth(std::uint32_t levels) {
    load_option& e = only();
    (e.what->tree() ? e.tree_depth : e.depth) = levels;
}
void load_tree::fill_tree() { only().fill_tree = true; }
void load_tree::keep_column(std::size_t offset) { only().kept |= column_bit(*only().what->target, offset); }
void load_tree::skip_column(std::size_t offset) { only().skipped |= column_bit(*only().what->target, offset); }
void load_tree::want_column(std::size_t offset) { only().wanted |= column_bit(*only().what->target, offset); }
void load_tree::contained(std::string_view alias) {
    only().contained = true;
    only().alias = alias;
}
void load_tree::with_removed(bool alone) {
    only().sees.soft = alone ? mapping::visibility::removed::alone : mapping::visibility::removed::shown;
}
void load_tree::without_scope() { only().sees.scope = false; }
void load_tree::nest(const load_tree& other) {
    for (load_option& mine : made()) {
        for (const load_option& e : *other.all_) {
            if (fits_below(mine, e.what)) replace(mine.nested, e);
        }
    }
}
void load_tree::nest(const std::vector<const mapping::relation*>& path) {
    for (load_option& mine : made()) {
        if (fits_below(mine, path[0])) add_path(mine.nested, path);
    }
}

std::uint64_t load_option::missing(const mapping::model& m) const noexcept {
    return columns_left_out(m, kept, skipped, wanted);
}

const load_option* load_level::find(const mapping::relation& r) const noexcept {
    if (said != nullptr) {
        for (const load_option& e : *said) {
            if (e.what == &r) return &e;
        }
        for (const load_option& e : *said) {
            if (e.what == nullptr) return &e;
        }
    }
    return rest;
}

load_level load_level::below(const load_option& e) const noexcept {
    load_level next{&e.nested, rest};
    if (said != nullptr) {
        for (const load_option& each : *said) {
            if (each.what == nullptr) next.rest = &each;
        }
    }
    return next;
}

bool load_level::lasting() const noexcept {
    if (rest != nullptr) return true;
    return said != nullptr && std::any_of(said->begin(), said->end(), [](const load_option& e) {
               return e.what == nullptr || !with_owners(e.how);
           });
}

namespace {
bool any_contained(const std::vector<load_option>& level) noexcept {
    return std::any_of(level.begin(), level.end(),
                       [](const load_option& e) { return e.contained || any_contained(e.nested); });
}
}  // namespace

bool load_level::contains() const noexcept { return said != nullptr && any_contained(*said); }

std::unique_ptr<std::vector<load_option>> resolved(const mapping::model& m, const std::vector<load_option>* said,
                                                   const mapping::relation* from) {
    if (says_all(m, said)) return said == nullptr ? nullptr : std::make_unique<std::vector<load_option>>(*said);
    auto all = said == nullptr ? std::make_unique<std::vector<load_option>>()
                               : std::make_unique<std::vector<load_option>>(*said);
    std::vector<const mapping::relation*> path;
    if (from != nullptr) path.push_back(from);
    add_declared(*all, m, path, false);
    return all;
}

}  // namespace kin::detail
