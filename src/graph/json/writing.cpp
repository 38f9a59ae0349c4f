// Objects as JSON: a walk over descriptors.
#include <kin/json.hpp>

#include <algorithm>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <kin/graph/fields.hpp>
#include <kin/graph/slot_access.hpp>

#include "graph/json/paths.hpp"
#include "graph/large_lists.hpp"
#include "value/json_text.hpp"

namespace kin::detail {

using graph::mark;
using graph::node;
using graph::slot_access;

namespace {

/// Nothing that is written names a hidden column.
void refuse_hidden(const mapping::model& m, std::string_view path, const site& where) {
    const mapping::model* of = &m;
    for (std::string_view left = path;;) {
        const std::size_t dot = left.find('.');
        const mapping::relation* r = of->find_relation(left.substr(0, dot));
        if (r == nullptr || r->target == nullptr || dot == std::string_view::npos) {
            for (const mapping::column& c : of->columns) {
                if (c.io.hidden && c.member == left) {
                    throw unknown_name{of->name + "." + c.member + " is hidden: no JSON shows it", {.where = where}};
                }
            }
            return;
        }
        of = r->target;
        left.remove_prefix(dot + 1);
    }
}

/// Over a list of its own of what is begun and not ended: objects stand in one another as deep as they like.
class json_writer {
  public:
    json_writer(std::string& to, int indent, const site& where) : to_{to}, indent_{indent}, where_{where} {}

    void object(const mapping::model& m, const void* object, const selection& what) {
        begin('{');
        columns(m, object, nullptr, what, extent::all);
        end('}');
    }
    void object(node* n, const selection& what) {
        place(*n, ++lists_);
        begin_object(*n, what, nullptr, nullptr, lists_);
        run();
    }
    void list(std::span<node* const> items, const selection& what) {
        begin_list(items, what, nullptr, nullptr);
        run();
    }

  private:
    enum class extent : std::uint8_t { all, key };

    /// What is begun: an object, whose relations follow its columns, or a list.
    struct open_part {
        node* object = nullptr;                 ///< null: a list
        std::span<node* const> items{};         ///< of a list
        selection what{};                       ///< of the object, or of each of the items
        const mapping::relation* not_back{};    ///< of them
        const mapping::relation* by = nullptr;  ///< the relation that is ended with it
        std::size_t next = 0;                   ///< item or relation
        std::uint64_t list = 0;                 ///< which list it is, or the one that an object came in
    };

    void run() {
        while (!parts_.empty()) {
            if (parts_.back().object != nullptr) {
                if (!next_relation()) close();
                continue;
            }
            open_part& at = parts_.back();  // until another part is begun
            if (at.next == at.items.size()) {
                close();
                continue;
            }
            node* n = at.items[at.next++];
            next();
            member(*n, at.what, at.not_back, nullptr, at.list);
        }
    }
    void close() {
        const open_part& at = parts_.back();
        end(at.object != nullptr ? '}' : ']');
        if (at.object != nullptr) open_.erase(at.object);
        if (at.by != nullptr) --*times(*at.by);
        parts_.pop_back();
    }

    /// A member of a relation, whose place in the text is ready: where it is being written, what refers to it.
    void member(node& n, const selection& what, const mapping::relation* not_back, const mapping::relation* by,
                std::uint64_t list) {
        if (!open_.contains(&n)) return begin_object(n, what, not_back, by, list);
        begin('{');
        columns(*n.in->what, n.object(), &n, what, extent::key);
        end('}');
        if (by != nullptr) --*times(*by);
    }
    void begin_object(node& n, const selection& what, const mapping::relation* not_back, const mapping::relation* by,
                      std::uint64_t list) {
        begin('{');
        columns(*n.in->what, n.object(), &n, what, extent::all);
        open_.insert(&n);
        parts_.push_back({.object = &n, .what = what, .not_back = not_back, .by = by, .list = list});
    }
    void begin_list(std::span<node* const> items, const selection& what, const mapping::relation* not_back,
                    const mapping::relation* by) {
        ++lists_;
        for (node* n : items) place(*n, lists_);
        begin('[');
        parts_.push_back({.items = items, .what = what, .not_back = not_back, .by = by, .list = lists_});
    }

    /// Where an object stands first in the text is where its relations are written that lead back to themselves:
    /// known before any member of the list is begun, so that this is as near to the root as it may be.
    void place(const node& n, std::uint64_t list) {
        if (n.in->shown != 0) first_.try_emplace(&n, list);
    }
    [[nodiscard]] bool first(const open_part& at) const {
        const auto known = first_.find(at.object);
        return known == first_.end() || known->second == at.list;
    }
    /// How often the relation is being written.
    [[nodiscard]] std::uint32_t* times(const mapping::relation& r) {
        for (auto& [known, count] : through_) {
            if (known == &r) return &count;
        }
        return &through_.emplace_back(&r, 0).second;
    }

    void columns(const mapping::model& m, const void* object, const node* n, const selection& what, extent which) {
        std::vector<std::string> inside;  // the embedded values whose brackets are open
        for (std::size_t i = 0; i < m.columns.size(); ++i) {
            const mapping::column& c = m.columns[i];
            if (n != nullptr && (n->in->missing >> i & 1) != 0) continue;
            if (c.absent_at != 0 && *(static_cast<const bool*>(object) + c.absent_at)) continue;
            if (c.io.hidden) continue;
            if (which == extent::key && std::find(m.primary_key.begin(), m.primary_key.end(), i) == m.primary_key.end())
                continue;
            std::vector<std::string> parts;
            for (std::string_view left = c.member;;) {
                const std::size_t dot = left.find('.');
                parts.emplace_back(left.substr(0, dot));
                if (dot == std::string_view::npos) break;
                left.remove_prefix(dot + 1);
            }
            selection here = what;
            bool wanted = true;
            for (const std::string& part : parts) {
                wanted = wanted && here.has(part);
                if (wanted) here = here.below(part);
            }
            if (!wanted) continue;
            std::size_t same = 0;
            while (same < inside.size() && same + 1 < parts.size() && inside[same] == parts[same]) ++same;
            for (; inside.size() > same; inside.pop_back()) end('}');
            for (; inside.size() + 1 < parts.size(); inside.push_back(parts[inside.size()])) {
                name(parts[inside.size()]);
                begin('{');
            }
            name(parts.back());
            value scratch;
            write_json_value(to_, graph::view(c.io, object, scratch));
        }
        for (; !inside.empty(); inside.pop_back()) end('}');
    }

    /// Begins the next relation of the object that is open; false where it has no more.
    bool next_relation() {
        node& n = *parts_.back().object;
        const std::vector<mapping::relation>& all = n.in->what->relations;
        while (parts_.back().next < all.size()) {
            open_part& at = parts_.back();
            if (begin_relation(at, n, all[at.next++])) return true;
        }
        return false;
    }
    bool begin_relation(const open_part& at, node& n, const mapping::relation& r) {
        if (r.key == nullptr || &r == at.not_back || !at.what.has(r.name)) return false;
        const bool named = at.what.names(r.name);
        if (!named && (r.index >= 64 || (n.in->shown >> r.index & 1) == 0)) return false;
        std::uint32_t* const count = times(r);
        if (!named && *count != 0 && !first(at)) return false;
        if (named) load(n, r);
        const std::uintptr_t word = slot_access::word(n, r);
        // What was only added to is not loaded.
        const mark now = graph::mark_of(word);
        if (now < mark::loaded || (r.to_many() && now == mark::added)) return false;
        auto* target = r.to_many() ? nullptr : static_cast<node*>(graph::pointer_of(word));
        // Of a morph_to another one of the set, or none, says it.
        if (!r.to_many() && target == nullptr && r.morph != mapping::morph_side::none) return false;
        name(r.name);
        if (!r.to_many() && target == nullptr) {
            to_ += "null";
            return true;
        }
        ++*count;
        const selection below = at.what.below(r.name);
        if (r.to_many()) {
            begin_list(graph::members(slot_access::many(n, r)), below, r.inverse, &r);
        } else {
            place(*target, ++lists_);
            member(*target, below, r.inverse, &r, lists_);
        }
        return true;
    }

    /// As a touch does, so for the siblings, too; of a morph_to, the arm that speaks.
    void load(node& n, const mapping::relation& r) const {
        if (!graph::unloaded(n, r) || !graph::speaks_of(*r.key, n.object())) return;
        if (!r.problem.empty()) throw mapping_error{r.problem, {.where = where_}};
        graph::host* session = n.in->home == nullptr ? nullptr : n.in->home->session();
        if (session == nullptr) {
            throw raised_load{r.owner->name + "." + r.name + " was not loaded, and its session is gone",
                              {.where = where_}};
        }
        session->load(n, r, where_);
    }
    void begin(char bracket) {
        to_ += bracket;
        first_in_ = true;
        ++depth_;
    }
    void end(char bracket) {
        --depth_;
        if (!first_in_) line();
        to_ += bracket;
        first_in_ = false;
    }
    void next() {
        if (!first_in_) to_ += ',';
        first_in_ = false;
        line();
    }
    void name(std::string_view text) {
        next();
        write_json_text(to_, text);
        to_ += indent_ > 0 ? ": " : ":";
    }
    /// Deep down all lines begin at one place: a chain of objects would be mostly spaces.
    void line() {
        constexpr int most = 64;
        if (indent_ <= 0) return;
        to_ += '\n';
        to_.append(static_cast<std::size_t>(indent_) * static_cast<std::size_t>(std::min(depth_, most)), ' ');
    }

    std::string& to_;
    int indent_;
    const site& where_;
    int depth_ = 0;
    bool first_in_ = true;
    std::vector<open_part> parts_{};
    std::unordered_set<const node*> open_{};
    std::unordered_map<const node*, std::uint64_t> first_{};                     ///< the list
    std::vector<std::pair<const mapping::relation*, std::uint32_t>> through_{};  ///< how often each is open
    std::uint64_t lists_ = 0;
};

}  // namespace

void write_json(std::string& to, const mapping::model& m, const graph::node* const* objects, std::size_t count,
                const json_paths& paths, bool one, const site& where) {
    const parsed_paths parsed{m, paths, where};
    for (const std::string& path : paths.only) refuse_hidden(m, path, where);
    json_writer writer{to, paths.indent, where};
    auto* const* nodes = const_cast<node* const*>(objects);
    if (one) {
        writer.object(nodes[0], parsed.all);
    } else {
        writer.list({nodes, count}, parsed.all);
    }
}

void write_json(std::string& to, const mapping::model& m, const void* object, const json_paths& paths,
                const site& where) {
    const parsed_paths parsed{m, paths, where};
    for (const std::string& path : paths.only) refuse_hidden(m, path, where);
    json_writer{to, paths.indent, where}.object(m, object, parsed.all);
}

}  // namespace kin::detail
