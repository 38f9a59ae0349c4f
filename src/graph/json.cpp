// Objects as JSON: a walk over descriptors.
#include <kin/json.hpp>

#include <algorithm>
#include <memory>

#include <kin/graph/fields.hpp>
#include <kin/graph/slot_access.hpp>
#include <kin/value/parsing.hpp>

#include "graph/large_lists.hpp"
#include "value/json_text.hpp"

namespace kin::detail {

using graph::mark;
using graph::node;
using graph::slot_access;

namespace {

/// Dotted paths as a tree.
struct path_tree {
    std::vector<std::pair<std::string, path_tree>> below{};
    bool whole = false;  ///< a path ends here

    void add(std::string_view path) {
        if (path.empty()) {
            whole = true;
            return;
        }
        const std::size_t dot = path.find('.');
        const std::string_view name = path.substr(0, dot);
        auto at = std::find_if(below.begin(), below.end(), [&](const auto& p) { return p.first == name; });
        if (at == below.end()) at = below.insert(below.end(), {std::string{name}, {}});
        at->second.add(dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1));
    }
    [[nodiscard]] const path_tree* find(std::string_view name) const {
        for (const auto& [known, tree] : below) {
            if (known == name) return &tree;
        }
        return nullptr;
    }
};

/// A member's name, or the first part of that of an embedded one.
bool is_member(const mapping::model& m, std::string_view prefix, std::string_view name) {
    const std::string whole = std::string{prefix} + std::string{name};
    return std::any_of(m.columns.begin(), m.columns.end(), [&](const mapping::column& c) {
        return c.member == whole || c.member.starts_with(whole + ".");
    });
}

std::string names_of(const mapping::model& m) {
    std::string names;
    for (const mapping::column& c : m.columns) names += (names.empty() ? "" : ", ") + c.member;
    std::string_view last;
    for (const mapping::relation& r : m.relations) {
        if (r.name != last) names += ", " + r.name;
        last = r.name;
    }
    return names;
}

void verify(const mapping::model& m, const path_tree& paths, const std::string& prefix, const site& where) {
    for (const auto& [name, below] : paths.below) {
        const mapping::relation* r = prefix.empty() ? m.find_relation(name) : nullptr;
        if (r != nullptr) {
            if (r->target != nullptr && r->morph == mapping::morph_side::none) verify(*r->target, below, {}, where);
            continue;
        }
        if (!is_member(m, prefix, name)) {
            throw unknown_name{m.name + " has no member '" + prefix + name + "'; it has: " + names_of(m),
                               {.where = where}};
        }
        verify(m, below, prefix + name + ".", where);
    }
}

/// What is written, or may be read, of one object.
struct selection {
    const path_tree* only = nullptr;  ///< null: all
    const path_tree* except = nullptr;

    [[nodiscard]] bool has(std::string_view name) const {
        if (except != nullptr) {
            const path_tree* not_this = except->find(name);
            if (not_this != nullptr && not_this->whole) return false;
        }
        return only == nullptr || only->find(name) != nullptr;
    }
    [[nodiscard]] selection below(std::string_view name) const {
        selection next;
        if (only != nullptr) {
            const path_tree* here = only->find(name);
            next.only = here == nullptr || here->below.empty() ? nullptr : here;
        }
        if (except != nullptr) next.except = except->find(name);
        return next;
    }
};

struct parsed_paths {
    path_tree only{};
    path_tree except{};
    selection all{};

    parsed_paths(const mapping::model& m, const json_paths& paths, const site& where) {
        for (const std::string& path : paths.only) only.add(path);
        for (const std::string& path : paths.except) except.add(path);
        verify(m, only, {}, where);
        verify(m, except, {}, where);
        if (!paths.only.empty()) all.only = &only;
        if (!paths.except.empty()) all.except = &except;
    }
    parsed_paths(const parsed_paths&) = delete;
    parsed_paths& operator=(const parsed_paths&) = delete;
};

class json_writer {
  public:
    json_writer(std::string& to, int indent) : to_{to}, indent_{indent} {}

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
    int depth_ = 0;
    bool first_ = true;
    std::vector<const void*> open_{};
};

}  // namespace

void write_json(std::string& to, const mapping::model& m, const graph::node* const* objects, std::size_t count,
                const json_paths& paths, bool one, const site& where) {
    const parsed_paths parsed{m, paths, where};
    json_writer writer{to, paths.indent};
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
    json_writer{to, paths.indent}.object(m, object, nullptr, parsed.all, nullptr);
}

// -- reading --------------------------------------------------------------------------------------------------------

namespace {

class json_columns {
  public:
    json_columns(const mapping::model& m, const selection& allowed, const site& where)
        : model_{m}, allowed_{allowed}, where_{where} {}

    void read(const json_tree& t, const std::string& path) { read(t, path, {}, allowed_); }

    /// Not before all of it was read, so that an object holds all or nothing.
    void bring_into(void* object) const {
        for (const auto& [c, v] : values_) graph::assign(c->io, object, v.view());
    }

  private:
    void read(const json_tree& t, const std::string& path, const std::string& prefix, const selection& allowed) {
        if (t.is != json_tree::what::object) refuse(path, "an object", t);
        for (const auto& [name, below] : t.members) {
            const std::string at = path.empty() ? name : path + "." + name;
            if (!allowed.has(name)) unknown(at);
            const auto c = std::find_if(model_.columns.begin(), model_.columns.end(),
                                        [&](const mapping::column& each) { return each.member == prefix + name; });
            if (c != model_.columns.end()) {
                values_.emplace_back(&*c, converted(*c, below, at));
            } else if (is_member(model_, prefix, name)) {
                read(below, at, prefix + name + ".", allowed.below(name));
            } else {
                unknown(at);
            }
        }
    }

    [[noreturn]] void unknown(const std::string& at) const {
        std::string names;
        for (const mapping::column& c : model_.columns) {
            selection here = allowed_;
            bool there = true;
            std::string_view left = c.member;
            while (there) {
                const std::size_t dot = left.find('.');
                there = here.has(left.substr(0, dot));
                here = here.below(left.substr(0, dot));
                if (dot == std::string_view::npos) break;
                left.remove_prefix(dot + 1);
            }
            if (there) names += (names.empty() ? "" : ", ") + c.member;
        }
        throw unknown_name{at + " is no column that is read here; they are: " + names, {.where = where_}};
    }
    [[noreturn]] void refuse(const std::string& at, std::string_view expected, const json_tree& got) const {
        std::string text = (at.empty() ? std::string{"the document"} : at) + ": " + std::string{expected} +
                           " is expected, and there is " + std::string{name_of(got.is)};
        const bool shown = got.is == json_tree::what::number || got.is == json_tree::what::text;
        if (shown) text += ": " + std::string{got.source.substr(0, 60)};
        throw conversion_error{text, {.where = where_}};
    }

    [[nodiscard]] value converted(const mapping::column& c, const json_tree& t, const std::string& at) const {
        using what = json_tree::what;
        if (t.is == what::null) {
            if (!c.nullable()) refuse(at, expected(c.io.type), t);
            return {};
        }
        const kind type = c.io.type;
        switch (type) {
            case kind::boolean:
                if (t.is == what::boolean) return t.yes;
                break;
            case kind::int16:
            case kind::int32:
            case kind::int64:
            case kind::float32:
            case kind::float64:
                if (t.is == what::number) return fitting(c, t, at);
                break;
            case kind::decimal:
                if (t.is == what::number || t.is == what::text) return {t.text, type};
                break;
            case kind::json:
                return {t.source, type};
            case kind::integers:
            case kind::reals:
            case kind::texts:
                if (t.is == what::list) return {t.source, type};
                break;
            case kind::blob: {
                std::string bytes;
                if (t.is == what::text && read_base64(t.text, bytes)) return {std::move(bytes), type};
                break;
            }
            default:
                if (t.is == what::text) return fitting(c, t, at);
        }
        refuse(at, expected(type), t);
    }
    /// A trial on a value of the column's own: what is out of range is found before anything is written.
    [[nodiscard]] value fitting(const mapping::column& c, const json_tree& t, const std::string& at) const {
        try {
            value v = parse_value(t.text, c.io.type, where_);
            const bool integer = c.io.rep <= layout::u64;
            if (integer && c.io.type != kind::date && c.io.type != kind::time && c.io.type != kind::timestamp &&
                !in_range(c.io.rep, v.integer())) {
                refuse(at, "a number that fits", t);
            }
            return v;
        } catch (const conversion_error&) {
            refuse(at, expected(c.io.type), t);
        }
    }
    [[nodiscard]] static bool in_range(layout rep, std::int64_t n) {
        switch (rep) {
            case layout::i8:
                return n >= -128 && n <= 127;
            case layout::i16:
                return n >= -32768 && n <= 32767;
            case layout::i32:
                return n >= -2147483648LL && n <= 2147483647LL;
            case layout::u8:
                return n >= 0 && n <= 255;
            case layout::u16:
                return n >= 0 && n <= 65535;
            case layout::u32:
                return n >= 0 && n <= 4294967295LL;
            case layout::u64:
                return n >= 0;
            default:
                return true;
        }
    }
    [[nodiscard]] static std::string_view expected(kind k) {
        switch (k) {
            case kind::boolean:
                return "true or false";
            case kind::int16:
            case kind::int32:
            case kind::int64:
                return "a whole number";
            case kind::float32:
            case kind::float64:
                return "a number";
            case kind::date:
                return "a date (2026-11-21)";
            case kind::time:
                return "a time (09:31:00)";
            case kind::timestamp:
                return "a time (2026-11-21T09:31:00Z)";
            case kind::uuid:
                return "a uuid";
            case kind::blob:
                return "base64";
            case kind::decimal:
                return "a decimal number";
            case kind::integers:
            case kind::reals:
            case kind::texts:
                return "a list";
            default:
                return "a text";
        }
    }

    const mapping::model& model_;
    const selection& allowed_;
    const site& where_;
    std::vector<std::pair<const mapping::column*, value>> values_{};
};

}  // namespace

void read_json(std::string_view text, const mapping::model& m, void* object, const json_paths& paths,
               const site& where) {
    const parsed_paths parsed{m, paths, where};
    const json_tree t = read_json(text, where);
    json_columns columns{m, parsed.all, where};
    columns.read(t, {});
    columns.bring_into(object);
}

void read_json_list(std::string_view text, const mapping::model& m, void* to, void* (*next)(void*),
                    const json_paths& paths, const site& where) {
    const parsed_paths parsed{m, paths, where};
    const json_tree t = read_json(text, where);
    if (t.is != json_tree::what::list) {
        throw conversion_error{"a list is expected, and there is " + std::string{name_of(t.is)}, {.where = where}};
    }
    for (std::size_t i = 0; i < t.items.size(); ++i) {
        json_columns columns{m, parsed.all, where};
        columns.read(t.items[i], "[" + std::to_string(i) + "]");
        columns.bring_into(next(to));
    }
}

}  // namespace kin::detail
