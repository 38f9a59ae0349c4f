// Objects as JSON: a walk over descriptors.
#include <kin/json.hpp>

#include <algorithm>

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

class json_writer {
  public:
    json_writer(std::string& to, int indent, const site& where) : to_{to}, indent_{indent}, where_{where} {}

    void object(const mapping::model& m, const void* object, node* n, const selection& what,
                const mapping::relation* not_back) {
        open_.push_back(object);
        begin('{');
        columns(m, object, n, what);
        if (n != nullptr) relations(*n, what, not_back);
        end('}');
        open_.pop_back();
    }
    void list(node* const* items, std::size_t count, const selection& what, const mapping::relation* not_back) {
        begin('[');
        for (std::size_t i = 0; i < count; ++i) {
            if (writing(items[i])) continue;
            next();
            object(*items[i]->in->what, items[i]->object(), items[i], what, not_back);
        }
        end(']');
    }

  private:
    void columns(const mapping::model& m, const void* object, const node* n, const selection& what) {
        std::vector<std::string> inside;  // the embedded values whose brackets are open
        for (std::size_t i = 0; i < m.columns.size(); ++i) {
            const mapping::column& c = m.columns[i];
            if (n != nullptr && (n->in->missing >> i & 1) != 0) continue;
            if (c.absent_at != 0 && *(static_cast<const bool*>(object) + c.absent_at)) continue;
            if (c.io.hidden) continue;
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

    void relations(node& n, const selection& what, const mapping::relation* not_back) {
        for (const mapping::relation& r : n.in->what->relations) {
            if (r.key == nullptr || &r == not_back || !what.has(r.name)) continue;
            if (!what.names(r.name) && (r.index >= 64 || (n.in->shown >> r.index & 1) == 0)) continue;
            if (what.names(r.name)) load(n, r);
            const std::uintptr_t word = slot_access::word(n, r);
            // What was only added to is not loaded.
            const mark now = graph::mark_of(word);
            if (now < mark::loaded || (r.to_many() && now == mark::added)) continue;
            if (r.to_many()) {
                name(r.name);
                const auto members = graph::members(slot_access::many(n, r));
                list(members.data(), members.size(), what.below(r.name), r.inverse);
                continue;
            }
            auto* target = static_cast<node*>(graph::pointer_of(word));
            if (target == nullptr) {
                if (r.morph != mapping::morph_side::none) continue;  // another one of the set, or none, says it
                name(r.name);
                to_ += "null";
            } else if (!writing(target)) {
                name(r.name);
                object(*target->in->what, target->object(), target, what.below(r.name), r.inverse);
            }
        }
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
    [[nodiscard]] bool writing(const node* n) const {
        return std::find(open_.begin(), open_.end(), n->object()) != open_.end();
    }
    void begin(char bracket) {
        to_ += bracket;
        first_ = true;
        ++depth_;
    }
    void end(char bracket) {
        --depth_;
        if (!first_) line();
        to_ += bracket;
        first_ = false;
    }
    void next() {
        if (!first_) to_ += ',';
        first_ = false;
        line();
    }
    void name(std::string_view text) {
        next();
        write_json_text(to_, text);
        to_ += indent_ > 0 ? ": " : ":";
    }
    void line() {
        if (indent_ <= 0) return;
        to_ += '\n';
        to_.append(static_cast<std::size_t>(indent_ * depth_), ' ');
    }

    std::string& to_;
    int indent_;
    const site& where_;
    int depth_ = 0;
    bool first_ = true;
    std::vector<const void*> open_{};
};

}  // namespace

void write_json(std::string& to, const mapping::model& m, const graph::node* const* objects, std::size_t count,
                const json_paths& paths, bool one, const site& where) {
    const parsed_paths parsed{m, paths, where};
    for (const std::string& path : paths.only) refuse_hidden(m, path, where);
    json_writer writer{to, paths.indent, where};
    auto* const* nodes = const_cast<node* const*>(objects);
    if (one) {
        writer.object(m, nodes[0]->object(), nodes[0], parsed.all, nullptr);
    } else {
        writer.list(nodes, count, parsed.all, nullptr);
    }
}

void write_json(std::string& to, const mapping::model& m, const void* object, const json_paths& paths,
                const site& where) {
    const parsed_paths parsed{m, paths, where};
    for (const std::string& path : paths.only) refuse_hidden(m, path, where);
    json_writer{to, paths.indent, where}.object(m, object, nullptr, parsed.all, nullptr);
}

}  // namespace kin::detail
